package pond.worker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.ids.JobId;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.RawKeys;
import pond.common.protocol.SealedCredential;

class CredentialOpenerTest {
    private static final JobId JOB = new JobId(new UUID(1, 1));
    private static final String VALUE = "sk-an-example-of-a-key";
    private static final ProviderCredential CREDENTIAL =
            new ProviderCredential("openai", Map.of("base_url", "https://models.example"), Map.of("api_key", VALUE));

    private final WorkerKeys keys = WorkerKeys.generate();

    @Test
    void whatAnotherLibrarySealedIsOpened() throws Exception {
        SealedCredential sealed = Sealing.seal(CREDENTIAL, keys.sealing().publicKey(), JOB);

        assertThat(keys.open(sealed, JOB)).isEqualTo(CREDENTIAL);
        assertThat(keys.open(sealed, JOB)).isEqualTo(CREDENTIAL);
    }

    @Test
    void whatWasSealedForAnotherJobOrKeyStaysShut() throws Exception {
        SealedCredential sealed = Sealing.seal(CREDENTIAL, keys.sealing().publicKey(), JOB);

        isRefused(keys, sealed, new JobId(new UUID(1, 2)), "sealed to another key or for another job");
        isRefused(WorkerKeys.generate(), sealed, JOB, "sealed to another key or for another job");
    }

    @Test
    void everyChangedByteIsNoticed() throws Exception {
        SealedCredential sealed = Sealing.seal(CREDENTIAL, keys.sealing().publicKey(), JOB);
        byte[] bytes = Base64.getUrlDecoder().decode(sealed.sealed());

        for (int i = 0; i < bytes.length; i += 5) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            SealedCredential damaged =
                    new SealedCredential(Base64.getUrlEncoder().withoutPadding().encodeToString(changed));
            isRefused(keys, damaged, JOB, "damaged on its way");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AAAA", "not base64 at all", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void whatIsNoBoxIsRefused(String text) {
        isRefused(keys, new SealedCredential(text), JOB, "damaged on its way");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-an-example-of-a-key",
                "{\"provider\":\"openai\",\"secrets\":\"sk-an-example-of-a-key\"}",
                "{\"provider\":\"openai\",\"env\":{},\"secrets\":{\"api_key\":\"sk-an-example-of-a-key\"}",
                "{\"env\":{},\"secrets\":{\"api_key\":\"sk-an-example-of-a-key\"}}",
                "{\"provider\":\"openai\",\"env\":{},\"secrets\":{\"a\":\"sk-an-example-of-a-key\",\"b\":null}}",
                "{\"provider\":\"openai\",\"secrets\":{\"a\":\"sk-an-example-of-a-key\"}}",
                "null"
            })
    void whatIsNoCredentialIsNotQuoted(String text) throws Exception {
        SealedCredential sealed = Sealing.seal(text, keys.sealing().publicKey(), SealedCredential.context(JOB));

        isRefused(keys, sealed, JOB, "sealed is not");
    }

    @Test
    void aSignatureIsGoodForItsBytesOnly() throws Exception {
        byte[] bytes = "pond attestation 1\n".getBytes(StandardCharsets.UTF_8);

        byte[] signature = Base64.getUrlDecoder().decode(keys.sign(bytes));

        assertThat(verifies(keys, bytes, signature)).isTrue();
        assertThat(verifies(WorkerKeys.generate(), bytes, signature)).isFalse();
        bytes[3] ^= 1;
        assertThat(verifies(keys, bytes, signature)).isFalse();
    }

    private static boolean verifies(WorkerKeys keys, byte[] bytes, byte[] signature) throws GeneralSecurityException {
        Signature check = Signature.getInstance("Ed25519");
        check.initVerify(RawKeys.ed25519Public(
                Base64.getUrlDecoder().decode(keys.signing().publicKey())));
        check.update(bytes);
        return check.verify(signature);
    }

    private static void isRefused(WorkerKeys keys, SealedCredential sealed, JobId job, String message) {
        GeneralSecurityException refused =
                catchThrowableOfType(GeneralSecurityException.class, () -> keys.open(sealed, job));

        StringWriter all = new StringWriter();
        refused.printStackTrace(new PrintWriter(all));
        assertThat(refused).hasMessageContaining(message);
        assertThat(all.toString())
                .doesNotContain(VALUE, VALUE.substring(3, 12), keys.sealing().privateKey());
    }
}
