package pond.worker.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import org.junit.jupiter.api.Test;
import pond.common.protocol.Enroll;
import pond.common.protocol.EnrollProof;
import pond.common.protocol.SecretDigest;

class WorkerKeysTest {
    @Test
    void newKeysFitAndOthersDoNot() throws GeneralSecurityException {
        for (int i = 0; i < 20; i++) {
            WorkerKeys keys = WorkerKeys.generate();

            assertThat(keys.fit()).isTrue();
            assertThat(new WorkerKeys(keys.sealing(), WorkerKeys.generate().signing()).fit())
                    .isTrue();
            assertThat(new WorkerKeys(
                                    new WorkerKeys.Pair(
                                            keys.sealing().publicKey(),
                                            WorkerKeys.generate().sealing().privateKey()),
                                    keys.signing())
                            .fit())
                    .isFalse();
        }
    }

    @Test
    void anEnrolmentProvesItsKeysAndKeepsTheSecrets() {
        Identity identity = Identity.fresh();

        Enroll enroll = identity.enrolment("pond_ec_1", "host", "1");

        assertThat(EnrollProof.verify(SecretDigest.of("pond_ec_1"), enroll)).isTrue();
        assertThat(EnrollProof.verify(SecretDigest.of("pond_ec_2"), enroll)).isFalse();
        assertThat(enroll.bearerSha256())
                .isEqualTo(SecretDigest.of(identity.bearer().text()));
        assertThat(enroll.toString())
                .doesNotContain(
                        "pond_ec_1",
                        identity.bearer().text(),
                        identity.keys().signing().privateKey(),
                        identity.keys().sealing().privateKey());
        assertThat(identity.enrolment("pond_ec_1", "host", "1")).isEqualTo(enroll);
    }
}
