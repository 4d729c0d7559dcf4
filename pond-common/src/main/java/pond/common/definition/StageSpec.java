package pond.common.definition;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A stage as submitted.
 *
 * @param key unique in its definition: a letter or digit, then up to 63 letters, digits, {@code _} or {@code -}
 * @param name for people; the key when the caller gave none
 * @param category for people; free text
 * @param timeout of one attempt, from its lease on
 */
public record StageSpec(
        String key, String name, @Nullable String category, ExecutorSpec executor, Duration timeout, RetrySpec retry) {}
