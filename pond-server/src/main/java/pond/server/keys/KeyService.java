package pond.server.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.f4b6a3.uuid.UuidCreator;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import pond.common.api.KeyList;
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;
import pond.server.audit.Actor;
import pond.server.audit.AuditLog;
import pond.server.auth.Principal;
import pond.server.auth.TokenDigest;
import pond.server.auth.TokenLookup;
import pond.server.db.Database;
import pond.server.errors.PondException;

/**
 * Mints, lists and revokes project keys, and answers for them. Every key that is minted or revoked is in the audit trail. Safe
 * to share; it caches nothing.
 */
public final class KeyService implements TokenLookup {
    /** What every key begins with, so that people and secret scanners know one when they see it. */
    public static final String PREFIX = "pond_pk_";

    private static final int RANDOM_BYTES = 32;
    /** Characters that are shown of 43: enough to tell keys apart, and 220 bits remain unknown. */
    private static final int SHOWN = 6;

    private final Database database;
    private final AuditLog audit;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final KeyStore keys = new KeyStore();
    private final LastUses uses;

    /** @param database with {@code db/pond} */
    public KeyService(Database database, AuditLog audit, InstantSource clock) {
        this.database = database;
        this.audit = audit;
        this.clock = clock;
        this.uses = new LastUses(database, keys);
    }

    /**
     * Makes a key from the body of {@code POST /v1/keys}; the answer is as for the other {@code mint}.
     *
     * @throws PondException INVALID with everything that is wrong with the body
     */
    public CompletableFuture<KeyView> mint(JsonNode body, Actor who) {
        Instant now = now();
        return mint(KeyRequest.read(body, now), now, who);
    }

    /**
     * Makes a key. The plaintext is in {@link KeyView#key} of this one answer and nowhere else.
     *
     * @throws PondException INVALID for a name or an expiry that a key cannot have
     */
    public CompletableFuture<KeyView> mint(
            ProjectId project, @Nullable String name, @Nullable Instant expiresAt, Actor who) {
        Instant now = now();
        KeyRequest request = new KeyRequest(project, name, expiresAt);
        request.nameProblem().ifPresent(problem -> {
            throw PondException.invalid("name", problem);
        });
        request.expiryProblem(now).ifPresent(problem -> {
            throw PondException.invalid("expiresAt", problem);
        });
        return mint(request, now, who);
    }

    private CompletableFuture<KeyView> mint(KeyRequest request, Instant now, Actor who) {
        String secret = newSecret();
        String plaintext = PREFIX + secret;
        ApiKey key = new ApiKey(
                UuidCreator.getTimeOrderedEpochPlus1().toString(),
                request.projectId().value(),
                request.name(),
                TokenDigest.of(plaintext),
                now,
                request.expiresAt(),
                null,
                secret.substring(0, SHOWN),
                null);
        return database.write(tx -> {
            keys.insert(tx, key);
            audit.record(tx, who, "key.mint", subject(key));
            return key.view(plaintext);
        });
    }

    /** The keys of a project, or all, oldest first, those that no longer work included. */
    public List<KeyView> list(Optional<ProjectId> project) {
        List<ApiKey> found =
                database.read(tx -> project.isPresent() ? keys.listOfProject(tx, project.get()) : keys.list(tx));
        return found.stream().map(key -> key.view(null)).toList();
    }

    /**
     * A page of the same.
     *
     * @param after the last key of the page before; empty for the first page
     */
    public KeyList list(Optional<ProjectId> project, Optional<UUID> after, int limit) {
        String last = after.map(UUID::toString).orElse("");
        List<ApiKey> found = database.read(tx -> keys.listAfter(tx, project, last, limit + 1));
        boolean more = found.size() > limit;
        List<KeyView> page =
                found.stream().limit(limit).map(key -> key.view(null)).toList();
        return new KeyList(page, more ? page.get(limit - 1).id().toString() : null);
    }

    /** Ends a key; one that has ended already stays as it is. The future fails with NOT_FOUND when there is none. */
    public CompletableFuture<KeyView> revoke(UUID id, Actor who) {
        return database.write(tx -> {
            boolean revoked = keys.updateRevoked(tx, id, clock.instant());
            ApiKey key = keys.findById(tx, id).orElseThrow(() -> PondException.notFound("key"));
            if (revoked) {
                audit.record(tx, who, "key.revoke", subject(key));
            }
            return key.view(null);
        });
    }

    @Override
    public Optional<StoredToken> find(String sha256) {
        return database.read(tx -> keys.findByDigest(tx, sha256)).map(this::stored);
    }

    private StoredToken stored(ApiKey key) {
        Instant now = clock.instant();
        boolean usable = key.isUsable(now);
        if (usable) {
            uses.note(key, now);
        }
        return new StoredToken(key.sha256(), new Principal.Project(new ProjectId(key.projectId()), key.uuid()), usable);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static String subject(ApiKey key) {
        return key.id() + " of project " + key.projectId();
    }

    private String newSecret() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
