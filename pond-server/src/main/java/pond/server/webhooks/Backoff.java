package pond.server.webhooks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * How long to wait after a failure: longer each time, and a little longer by chance, so that what failed together is not
 * tried together. A receiver may ask for more, within a bound. Safe for use by several threads if the chance is.
 *
 * @param pauses after the first failure, the second, and so on; the last one from then on
 * @param chance from 0 to 1, without the 1
 */
record Backoff(List<Duration> pauses, DoubleSupplier chance) {
    /** The most that chance adds, as a part of the pause. */
    private static final double SPREAD = 0.2;
    /** A receiver that asks for a longer rest is tried again after this long. */
    private static final Duration LONGEST_ASKED = Duration.ofHours(2);

    Backoff {
        pauses = List.copyOf(pauses);
    }

    /**
     * The pause after some failures in a row.
     *
     * @param failures 1 or more
     * @param asked what the receiver's answer said of it
     */
    Duration after(int failures, Optional<Duration> asked) {
        Duration pause = pauses.get(Math.min(failures, pauses.size()) - 1);
        Duration spread = pause.plusMillis((long) (pause.toMillis() * SPREAD * chance.getAsDouble()));
        Duration wanted = asked.filter(rest -> rest.compareTo(LONGEST_ASKED) < 0)
                .orElse(asked.isPresent() ? LONGEST_ASKED : Duration.ZERO);
        return wanted.compareTo(spread) > 0 ? wanted : spread;
    }
}
