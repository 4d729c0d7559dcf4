package pond.common.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;

/**
 * A run, as {@code POST /v1/runs} answers it and as it stands inside the answers of the other calls.
 *
 * @param terminal whether it has ended; nothing but {@code reruns} changes any more then
 * @param version grows with every change; {@code ?wait=&version=} waits for the next one
 * @param definition as submitted; left out of lists
 * @param sources as submitted, secrets as {@code "***"}, inline files as digests, with what each was resolved to
 * @param context as submitted
 * @param killConfirmed of a cancelled run: whether nothing of its stages is alive; null otherwise
 * @param callback whom to tell of the end, without its secret
 * @param rerunOf what the run was made from; null for one that was submitted
 * @param reruns the latest runs that were made from it, newest first, at most 100; left out of lists
 */
public record RunView(
        RunId id,
        ProjectId projectId,
        RunStatus status,
        boolean terminal,
        long version,
        String trigger,
        @Nullable String sha,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode definition,
        JsonNode sources,
        @Nullable JsonNode context,
        Map<String, String> labels,
        @Nullable Failure error,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant cancelRequestedAt,
        @Nullable Boolean killConfirmed,
        @Nullable Waiting waiting,
        @Nullable Callback callback,
        @Nullable RerunOf rerunOf,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<RunId> reruns) {
    public RunView {
        reruns = reruns == null ? null : List.copyOf(reruns);
    }
}
