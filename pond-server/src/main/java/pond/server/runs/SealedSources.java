package pond.server.runs;

import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.definition.SourceSpec;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.db.Tx;
import pond.server.sealing.SourceKey;

/** The sources of a run, sealed until {@link #open} is called. */
public final class SealedSources {
    /** Sources may hold files, so that many in memory may be many megabytes. */
    private static final int RESEALED_AT_ONCE = 50;

    private final RunId run;
    private final @Nullable String sha;
    private final @Nullable String sealed;
    private final Map<String, String> pins;
    private final SourceKey key;

    SealedSources(RunId run, @Nullable String sha, @Nullable String sealed, Map<String, String> pins, SourceKey key) {
        this.run = run;
        this.sha = sha;
        this.sealed = sealed;
        this.pins = Map.copyOf(pins);
        this.key = key;
    }

    /**
     * Seals the sources of all runs anew, in a transaction of the caller's; how many runs have some.
     *
     * @param keys seals with the new key, opens with the old one too
     * @throws GeneralSecurityException when there are some that neither opens
     */
    public static int reseal(Tx tx, SourceKey keys) throws GeneralSecurityException {
        RunStore store = new RunStore();
        int count = 0;
        List<RunStore.Sealed> page = store.listSealed(tx, "", RESEALED_AT_ONCE);
        while (!page.isEmpty()) {
            for (RunStore.Sealed sealed : page) {
                try {
                    store.updateSealed(
                            tx, new RunStore.Sealed(sealed.run(), keys.reseal(sealed.sources(), sealed.run())));
                } catch (GeneralSecurityException e) {
                    throw new GeneralSecurityException("the key does not open the sources of run " + sealed.run(), e);
                }
            }
            count += page.size();
            page = store.listSealed(tx, page.get(page.size() - 1).run(), RESEALED_AT_ONCE);
        }
        return count;
    }

    /** The commit that pins the first git source, null when none does. */
    public @Nullable String sha() {
        return sha;
    }

    /** What the sources were resolved to in an earlier run that this one goes on with, by label. */
    public Map<String, String> pins() {
        return pins;
    }

    /** As {@link #open}, but held to {@link #pins} where their kind can be. */
    public List<SourceSpec> openPinned() throws GeneralSecurityException {
        return Pins.apply(open(), pins);
    }

    /**
     * The sources with their secrets, as they were submitted.
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
