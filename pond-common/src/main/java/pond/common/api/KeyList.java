package pond.common.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code GET /v1/keys}, oldest first, those that no longer work included.
 *
 * @param next the cursor of the next page, null when this is the last
 */
public record KeyList(List<KeyView> keys, @Nullable String next) {
    public KeyList {
        keys = List.copyOf(keys);
    }
}
