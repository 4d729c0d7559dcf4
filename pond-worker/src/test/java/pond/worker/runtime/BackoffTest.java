package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;

class BackoffTest {
    private static final Duration CAP = Duration.ofSeconds(5);

    @Test
    void theBoundDoublesUpToTheCap() {
        Backoff backoff = new Backoff(CAP);

        for (long bound : new long[] {100, 200, 400, 800, 1600, 3200, 5000, 5000}) {
            assertThat(backoff.next(new IOException())).isBetween(Duration.ZERO, Duration.ofMillis(bound));
        }
        backoff.reset();
        assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void aThousandWorkersThatWereAtTheCapComeBackOverAllOfIt() {
        List<Duration> waits = IntStream.range(0, 1000)
                .mapToObj(worker -> {
                    Backoff backoff = new Backoff(CAP);
                    for (int tries = 0; tries < 10; tries++) {
                        assertThat(backoff.next()).isLessThanOrEqualTo(CAP);
                    }
                    return backoff.next();
                })
                .toList();

        for (int tenth = 0; tenth < 10; tenth++) {
            int number = tenth;
            assertThat(waits.stream()
                            .filter(wait -> wait.toMillis() / 500 == number)
                            .count())
                    .isBetween(40L, 200L);
        }
    }

    @Test
    void theServersWishIsHeededAndTheJitterComesOnTop() {
        Duration asked = Duration.ofSeconds(20);
        Backoff backoff = new Backoff(CAP);

        for (int tries = 0; tries < 20; tries++) {
            assertThat(backoff.next(busy(asked))).isBetween(asked, asked.plus(CAP));
        }
        assertThat(backoff.next(busy(asked))).isNotEqualTo(backoff.next(busy(asked)));
        assertThat(backoff.next(busy(Duration.ofDays(3)))).isLessThan(Duration.ofMinutes(11));
    }

    @Test
    void aCallThatCanNeverSucceedIsTriedAtTheCapsPace() {
        ProtocolException invalid = new ProtocolException(Refusal.INVALID, "no such call");

        assertThat(IntStream.range(0, 50).mapToObj(i -> new Backoff(CAP).next(invalid)))
                .anyMatch(wait -> wait.compareTo(Duration.ofSeconds(1)) > 0);
    }

    private static ProtocolException busy(Duration asked) {
        return new ProtocolException(Refusal.BUSY, "later", asked);
    }
}
