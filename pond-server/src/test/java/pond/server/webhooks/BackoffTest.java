package pond.server.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final List<Duration> PAUSES = List.of(Duration.ofSeconds(5), Duration.ofMinutes(10));

    private final Backoff least = new Backoff(PAUSES, () -> 0);
    private final Backoff most = new Backoff(PAUSES, () -> 0.999_999);

    @Test
    void pausesGrowAndTheLastOneStays() {
        assertThat(least.after(1, Optional.empty())).isEqualTo(Duration.ofSeconds(5));
        assertThat(least.after(2, Optional.empty())).isEqualTo(Duration.ofMinutes(10));
        assertThat(least.after(9, Optional.empty())).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void chanceAddsAFifthAtMost() {
        assertThat(most.after(1, Optional.empty())).isBetween(Duration.ofMillis(5_990), Duration.ofMillis(6_000));
    }

    @Test
    void aReceiverMayAskForMoreButNotForLessOrForEver() {
        assertThat(most.after(1, Optional.of(Duration.ofMinutes(1)))).isEqualTo(Duration.ofMinutes(1));
        assertThat(least.after(2, Optional.of(Duration.ofSeconds(1)))).isEqualTo(Duration.ofMinutes(10));
        assertThat(least.after(1, Optional.of(Duration.ofDays(300)))).isEqualTo(Duration.ofHours(2));
    }

    @Test
    void retryAfterIsSecondsOrADate() {
        assertThat(RetryAfter.parse("120", NOW)).contains(Duration.ofMinutes(2));
        assertThat(RetryAfter.parse("Fri, 02 Jan 2026 03:05:05 GMT", NOW)).contains(Duration.ofMinutes(1));
        assertThat(RetryAfter.parse("Fri, 02 Jan 2026 03:00:00 GMT", NOW)).contains(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-5", "1.5", "99999999999999999999", "Fri, 32 Jan 2026 03:05:05 GMT"})
    void whatCannotBeReadIsNoWish(String text) {
        assertThat(RetryAfter.parse(text, NOW)).isEmpty();
    }
}
