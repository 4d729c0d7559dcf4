package pond.server.runs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.api.Callback;
import pond.common.definition.SourceSpec;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.sealing.SourceKey;

/** Makes of a submission what is stored of it, secrets sealed under the id of its run. Holds no state but the key. */
final class Snapshots {
    private final SourceKey sourceKey;

    Snapshots(SourceKey sourceKey) {
        this.sourceKey = sourceKey;
    }

    /** What the run is made from. */
    Snapshot of(RunId id, Submission submission) {
        List<SourceSpec> sources = submission.request().sources();
        Callback callback = submission.request().callback();
        Origin origin = submission.origin();
        JsonNode views = SourceViews.of(sources);
        if (origin != null && origin.bundle() != null) {
            views = SourceViews.resolved(views, origin.revisions());
        }
        return new Snapshot(
                submission.request().trigger(),
                submission.request().sha(),
                Json.write(submission.request().definitionJson()),
                Json.write(views),
                sources.isEmpty() ? null : sourceKey.seal(Json.write(sources), id.toString()),
                submission.request().context() == null
                        ? null
                        : Json.write(submission.request().context()),
                Json.write(submission.request().labels()),
                callback == null ? null : callback.url(),
                origin == null ? null : origin.of());
    }

    /** Whom to tell of its end. */
    Optional<CallbackStore.Sealed> callback(RunId id, @Nullable Callback callback) {
        return Optional.ofNullable(callback)
                .map(given -> new CallbackStore.Sealed(id, given.url(), sourceKey.seal(given.secret(), id.toString())));
    }
}
