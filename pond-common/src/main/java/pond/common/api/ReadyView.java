package pond.common.api;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code GET /health/ready}.
 *
 * @param checks each with {@code ok} or what is wrong
 * @param warnings what an operator should look at, although the server serves; none is in it that is well
 * @param lastBackupAt when the last proven backup was taken; null when none is known
 */
public record ReadyView(
        boolean ready,
        Map<String, String> checks,
        Map<String, String> warnings,
        @Nullable Instant lastBackupAt) {}
