package pond.server.retention;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.server.db.FileSpace;

/**
 * The answer of {@code /v1/admin/retention}.
 *
 * @param running whether a pass is under way, or about to be
 * @param last the last pass since the start of the server; null before the first one
 */
record RetentionView(
        Settings settings,
        boolean running,
        @Nullable RetentionPass last,
        @JsonProperty("next_at") @Nullable Instant nextAt,
        List<DatabaseFile> databases) {

    /** Null: unlimited. */
    record Settings(
            @JsonProperty("runs_days") @Nullable Long runs,
            @JsonProperty("logs_days") @Nullable Long logs,
            @JsonProperty("artifacts_days") @Nullable Long artifacts,
            @JsonProperty("project_max_bytes") @Nullable Long projectMaxBytes) {
        static Settings of(RetentionPolicy policy) {
            return new Settings(
                    days(policy.runs()), days(policy.logs()), days(policy.artifacts()), policy.projectMaxBytes());
        }

        private static @Nullable Long days(@Nullable Duration duration) {
            return duration == null ? null : duration.toDays();
        }
    }

    /**
     * A database and its file.
     *
     * @param shrinks whether free bytes are given back to the file system; if not, they are only used again
     */
    record DatabaseFile(
            String name,
            long bytes,
            @JsonProperty("free_bytes") long freeBytes,
            boolean shrinks) {
        static DatabaseFile of(String name, FileSpace space) {
            return new DatabaseFile(name, space.bytes(), space.freeBytes(), space.shrinks());
        }
    }
}
