package pond.server.retention;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a pass has done.
 *
 * @param tookMillis milliseconds
 * @param removed rows and log lines; its bytes are what readers cannot see any more
 * @param files artifact files that nobody needed any more
 * @param fileBytes what these files gave back
 * @param databaseBytes by how much both database files have shrunk
 * @param error why it has not come to its end; null when it has
 */
public record RetentionPass(
        @JsonProperty("started_at") Instant startedAt,
        @JsonProperty("took_millis") long tookMillis,
        RetentionPlan.Sum removed,
        int files,
        @JsonProperty("file_bytes") long fileBytes,
        @JsonProperty("database_bytes") long databaseBytes,
        @Nullable String error) {}
