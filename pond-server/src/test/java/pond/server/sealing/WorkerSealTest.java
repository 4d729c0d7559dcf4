package pond.server.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import pond.testing.SecondHpke;
import pond.testing.TestMachine;

class WorkerSealTest {
    private static final byte[] CONTEXT = "for one job".getBytes(StandardCharsets.UTF_8);
    private static final String TEXT = "sk-ä secret";

    @Test
    void theHolderOfTheKeyOpensIt() throws Exception {
        TestMachine machine = new TestMachine("w");

        String sealed = WorkerSeal.seal(TEXT, machine.sealingKey(), CONTEXT);

        assertThat(SecondHpke.open(machine, sealed, CONTEXT)).isEqualTo(TEXT);
    }

    /** As the contract with workers has it: 32 bytes of key, the text, 16 bytes of tag, and nothing before or after. */
    @Test
    void nothingIsAroundKeyAndCiphertext() throws Exception {
        String sealed = WorkerSeal.seal(TEXT, new TestMachine("w").sealingKey(), CONTEXT);

        assertThat(Base64.getUrlDecoder().decode(sealed))
                .hasSize(32 + TEXT.getBytes(StandardCharsets.UTF_8).length + 16);
    }

    @Test
    void nothingIsSealedToWhatIsNoKey() {
        for (byte[] key : new byte[][] {new byte[32], new byte[31], new byte[0]}) {
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(key);

            assertThatThrownBy(() -> WorkerSeal.seal(TEXT, text, CONTEXT)).isInstanceOf(GeneralSecurityException.class);
        }
    }
}
