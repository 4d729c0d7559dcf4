package pond.server.keys;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.db.Database;

/**
 * Notes when keys are used, beside the requests that use them: nobody waits for a note, and a key gets at most one in a
 * minute. A note that a crash loses is made up for by the next use. Safe to share.
 */
final class LastUses {
    static final Duration PRECISION = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(LastUses.class);

    private final Database database;
    private final KeyStore keys;
    /** Those whose note is queued: what was read of them says nothing of it yet. At most one entry for a queued write. */
    private final Set<UUID> queued = ConcurrentHashMap.newKeySet();

    LastUses(Database database, KeyStore keys) {
        this.database = database;
        this.keys = keys;
    }

    /** A request has come with this key, which is as it was read for that request. */
    void note(ApiKey key, Instant now) {
        Instant before = key.lastUsedAt();
        if ((before != null && now.isBefore(before.plus(PRECISION))) || !queued.add(key.uuid())) {
            return;
        }
        Future<?> unused = database.change(tx -> keys.updateLastUsed(tx, key.uuid(), now, now.minus(PRECISION)))
                .whenComplete((done, failure) -> {
                    queued.remove(key.uuid());
                    if (failure != null) {
                        log.warn("the last use of key {} could not be noted; its next use is", key.id(), failure);
                    }
                });
    }
}
