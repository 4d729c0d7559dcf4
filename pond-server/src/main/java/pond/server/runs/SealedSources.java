package pond.server.runs;

import java.security.GeneralSecurityException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.definition.SourceSpec;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.sealing.SourceKey;

/** The sources of a run, sealed until {@link #open} is called. */
public final class SealedSources {
    private final RunId run;
    private final @Nullable String sha;
    private final @Nullable String sealed;
    private final SourceKey key;

    SealedSources(RunId run, @Nullable String sha, @Nullable String sealed, SourceKey key) {
        this.run = run;
        this.sha = sha;
        this.sealed = sealed;
        this.key = key;
    }

    /** The commit that pins the first git source, null when none does. */
    public @Nullable String sha() {
        return sha;
    }

    /**
     * The sources with their secrets.
     *
     * @throws GeneralSecurityException when the server's source key is not the one that they were sealed with
     */
    public List<SourceSpec> open() throws GeneralSecurityException {
        if (sealed == null) {
            return List.of();
        }
        return List.of(Json.read(key.open(sealed, run.toString()), SourceSpec[].class));
    }
}
