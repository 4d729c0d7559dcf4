package pond.common.api;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.definition.ExecutorKind;
import pond.common.ids.JobId;
import pond.common.ids.RunId;

/**
 * A worker that has enrolled, or one that lives in the server. What it can do is as its last attachment said; of one that
 * never attached nothing is known but what it was granted.
 *
 * @param id of its identity; of the attachment for one in the server
 * @param state one of the words attached, draining, detached, lost, never
 * @param lastSeenAt when it was last heard of; of one that is gone, when that was noticed
 * @param fingerprint of its public keys; null in the server
 * @param paused why it takes no jobs for the moment, in its own words; null when it does
 */
public record PoolWorkerView(
        UUID id,
        String name,
        String state,
        boolean local,
        @Nullable String version,
        List<ExecutorKind> executors,
        List<String> capabilities,
        List<String> tags,
        int slots,
        List<Running> running,
        @Nullable Instant attachedAt,
        @Nullable Instant lastSeenAt,
        @Nullable Instant enrolledAt,
        @Nullable String fingerprint,
        @Nullable String paused) {
    public PoolWorkerView {
        executors = List.copyOf(executors);
        capabilities = List.copyOf(capabilities);
        tags = List.copyOf(tags);
        running = List.copyOf(running);
    }

    /** A job in its hands; {@code stage} is the stage's key. */
    public record Running(RunId run, String stage, @Nullable String substage, int attempt, JobId job) {}
}
