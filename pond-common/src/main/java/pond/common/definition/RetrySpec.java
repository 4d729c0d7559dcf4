package pond.common.definition;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * How often a stage is tried.
 *
 * @param maxAttempts 1 to 10, the first one included
 * @param on the ends that are worth another attempt
 * @param backoffSec seconds between an end and the next attempt, 0 to 3600
 */
@JsonNaming(SnakeCaseStrategy.class)
public record RetrySpec(int maxAttempts, Set<RetryOn> on, int backoffSec) {
    /** What a stage without a {@code retry} block gets: one attempt. */
    public static final RetrySpec NONE = new RetrySpec(1, Set.of(RetryOn.FAILED, RetryOn.TIMEOUT), 0);

    public RetrySpec {
        on = Collections.unmodifiableSet(new TreeSet<>(on)); // in an order that does not change from start to start
    }
}
