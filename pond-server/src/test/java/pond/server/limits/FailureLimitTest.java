package pond.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FailureLimitTest {
    private long nanos;
    private final FailureLimit limit = new FailureLimit(60, () -> nanos);

    private int toleratedOf(int failures, String address) {
        int tolerated = 0;
        for (int i = 0; i < failures; i++) {
            tolerated += limit.failed(address).isEmpty() ? 1 : 0;
        }
        return tolerated;
    }

    @Test
    void anAddressMayFailAMinutesWorthAtOnceAndThenOnceASecond() {
        assertThat(toleratedOf(100, "192.0.2.1")).isEqualTo(60);
        assertThat(limit.failed("192.0.2.1").orElseThrow()).isEqualTo(Duration.ofSeconds(1));

        nanos += TimeUnit.SECONDS.toNanos(5);

        assertThat(toleratedOf(100, "192.0.2.1")).isEqualTo(5);
        assertThat(toleratedOf(100, "192.0.2.2")).isEqualTo(60);
    }

    @Test
    void whoHasNotFailedForLongHasAMinutesWorthAndNoMore() {
        toleratedOf(100, "192.0.2.1");

        nanos += TimeUnit.HOURS.toNanos(10);

        assertThat(toleratedOf(100, "192.0.2.1")).isEqualTo(60);
    }

    @Test
    void soManyAddressesAreKnownAndTheOneThatFailedLastIsAmongThem() {
        toleratedOf(60, "192.0.2.1");
        for (int i = 0; i < 30_000; i++) {
            assertThat(limit.failed("10." + i)).isEmpty();
            assertThat(limit.failed("192.0.2.1")).isPresent();
        }

        assertThat(limit.size()).isEqualTo(10_000);
    }

    @Test
    void withoutABoundNobodyIsKnown() {
        FailureLimit none = FailureLimit.none();

        assertThat(none.failed("192.0.2.1")).isEmpty();
        assertThat(none.size()).isZero();
    }
}
