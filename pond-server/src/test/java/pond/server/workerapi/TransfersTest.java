package pond.server.workerapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

class TransfersTest {
    private long nanos;
    private final Transfers transfers = new Transfers(1, () -> nanos);

    @Test
    void onlySoManyAreUnderWayAtATime() {
        Runnable end = transfers.begin();

        assertThatThrownBy(transfers::begin).isInstanceOfSatisfying(ProtocolException.class, refused -> {
            assertThat(refused.refusal()).isEqualTo(Refusal.BUSY);
            assertThat(refused.retryAfter()).isPresent();
        });
        end.run();
        end.run();
        transfers.begin();
        assertThatThrownBy(transfers::begin).isInstanceOf(ProtocolException.class);
    }

    @Test
    void whoSendsAByteNowAndThenIsBrokenOffAfterAMinute() throws IOException {
        InputStream bytes = transfers.paced(new ByteArrayInputStream(new byte[1_000]));
        for (int second = 0; second < 60; second++) {
            assertThat(bytes.read()).isZero();
            nanos += TimeUnit.SECONDS.toNanos(1);
        }
        nanos += 1;

        assertThatThrownBy(bytes::read)
                .isInstanceOfSatisfying(
                        PondException.class, slow -> assertThat(slow.code()).isEqualTo(ErrorCode.TOO_SLOW));
    }

    @Test
    void whoSendsSteadilyMayTakeHours() throws IOException {
        InputStream bytes = transfers.paced(new ByteArrayInputStream(new byte[8 << 20]));
        for (int second = 0; second < 8_000; second++) {
            assertThat(bytes.readNBytes(1_024)).hasSize(1_024);
            nanos += TimeUnit.SECONDS.toNanos(1);
        }

        assertThat(nanos).isGreaterThan(TimeUnit.HOURS.toNanos(2));
    }
}
