package pond.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EnrollProofTest {
    private static final String CODE = "pond_ec_1";
    private static final String CODE_SHA256 = SecretDigest.of(CODE);
    private static final String BEARER = "b".repeat(64);

    private KeyPair keys;
    private String signing;

    @BeforeEach
    void make() throws GeneralSecurityException {
        keys = RawKeys.generate(NamedParameterSpec.ED25519);
        signing = base64(RawKeys.of((EdECPublicKey) keys.getPublic()));
    }

    @Test
    void whatTheHolderOfTheKeySignsIsAProof() throws GeneralSecurityException {
        String proof = EnrollProof.sign(keys.getPrivate(), CODE, BEARER, "seal", signing);

        assertThat(EnrollProof.verify(CODE_SHA256, enroll("seal", signing, BEARER, proof)))
                .isTrue();
    }

    /** Another program may have to make one. */
    @Test
    void theSignedTextIsAsItIsWritten() throws GeneralSecurityException {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(keys.getPrivate());
        signature.update(("pond enroll 1\n" + CODE_SHA256 + "\n" + BEARER + "\nseal\n" + signing)
                .getBytes(StandardCharsets.US_ASCII));

        assertThat(base64(signature.sign()))
                .isEqualTo(EnrollProof.sign(keys.getPrivate(), CODE, BEARER, "seal", signing));
    }

    @Test
    void itBindsCodeBearerAndKeys() throws GeneralSecurityException {
        String proof = EnrollProof.sign(keys.getPrivate(), CODE, BEARER, "seal", signing);
        KeyPair other = RawKeys.generate(NamedParameterSpec.ED25519);
        String foreign = base64(RawKeys.of((EdECPublicKey) other.getPublic()));

        assertThat(EnrollProof.verify(SecretDigest.of("pond_ec_2"), enroll("seal", signing, BEARER, proof)))
                .isFalse();
        assertThat(EnrollProof.verify(CODE_SHA256, enroll("seal", signing, "c".repeat(64), proof)))
                .isFalse();
        assertThat(EnrollProof.verify(CODE_SHA256, enroll("other", signing, BEARER, proof)))
                .isFalse();
        assertThat(EnrollProof.verify(CODE_SHA256, enroll("seal", foreign, BEARER, proof)))
                .isFalse();
        assertThat(EnrollProof.verify(
                        CODE_SHA256,
                        enroll(
                                "seal",
                                signing,
                                BEARER,
                                EnrollProof.sign(other.getPrivate(), CODE, BEARER, "seal", signing))))
                .isFalse();
    }

    @Test
    void whatIsNoProofOrNoKeyProvesNothing() {
        // No point of the curve has this y.
        byte[] offCurve = new byte[32];
        offCurve[0] = 2;

        assertThat(EnrollProof.verify(CODE_SHA256, enroll("seal", signing, BEARER, "")))
                .isFalse();
        assertThat(EnrollProof.verify(CODE_SHA256, enroll("seal", signing, BEARER, "not base64!")))
                .isFalse();
        assertThat(EnrollProof.verify(CODE_SHA256, enroll("seal", signing, BEARER, base64(new byte[64]))))
                .isFalse();
        assertThat(EnrollProof.verify(CODE_SHA256, enroll("seal", "short", BEARER, base64(new byte[64]))))
                .isFalse();
        assertThat(EnrollProof.verify(CODE_SHA256, enroll("seal", base64(offCurve), BEARER, base64(new byte[64]))))
                .isFalse();
    }

    private static Enroll enroll(String sealing, String signing, String bearerSha256, String proof) {
        return new Enroll(1, "host", "1", sealing, signing, bearerSha256, proof);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
