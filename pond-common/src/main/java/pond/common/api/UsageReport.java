package pond.common.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.api.UsageView.Totals;

/**
 * The answer of {@code GET /v1/usage}: what the model calls of many runs used.
 *
 * @param since the first moment that counts
 * @param until the first moment that counts no more; null: there is none
 * @param by what the groups are made of, as it was asked for
 * @param groups the costliest first, at most 1,000
 * @param totals of all groups, also of those that are not listed
 * @param truncated there are more groups than these
 */
public record UsageReport(
        Instant since, @Nullable Instant until, List<String> by, List<Group> groups, Totals totals, boolean truncated) {

    /**
     * Calls that have something in common.
     *
     * @param key what they have in common, such as {@code project}, {@code model} with {@code provider}, {@code day}, or
     *     {@code label:KEY}; null for the runs that have no such label
     */
    public record Group(
            Map<String, @Nullable String> key,
            @JsonUnwrapped Totals totals) {
        public Group {
            key = Collections.unmodifiableMap(new LinkedHashMap<>(key));
        }
    }
}
