package pond.server.keys;

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
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;
import pond.server.auth.Principal;
import pond.server.auth.TokenDigest;
import pond.server.auth.TokenLookup;
import pond.server.db.Database;
import pond.server.errors.PondException;

/** Mints, lists and revokes project keys, and answers for them. Safe to share; it caches nothing. */
public final class KeyService implements TokenLookup {
    /** What every key begins with, so that people and secret scanners know one when they see it. */
    public static final String PREFIX = "pond_pk_";

    private static final int RANDOM_BYTES = 32;
    private static final int MAX_NAME = 128;

    private final Database database;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final KeyStore keys = new KeyStore();

    public KeyService(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Makes a key. The plaintext is in {@link KeyView#key} of this one answer and nowhere else.
     *
     * @throws PondException INVALID for a name of more than 128 characters or an expiry that is not ahead
     */
    public CompletableFuture<KeyView> mint(ProjectId project, @Nullable String name, @Nullable Instant expiresAt) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        if (name != null && (name.isBlank() || name.length() > MAX_NAME)) {
            throw PondException.invalid("name", "must have 1 to " + MAX_NAME + " characters");
        }
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            throw PondException.invalid("expiresAt", "must be a time that is still ahead");
        }
        String plaintext = PREFIX + newSecret();
        ApiKey key = new ApiKey(
                UuidCreator.getTimeOrderedEpochPlus1().toString(),
                project.value(),
                name,
                TokenDigest.of(plaintext),
                now,
                expiresAt,
                null);
        return database.write(tx -> {
            keys.insert(tx, key);
            return key.view(plaintext);
        });
    }

    /** The keys of a project, or all, oldest first, those that no longer work included. */
    public List<KeyView> list(Optional<ProjectId> project) {
        List<ApiKey> found =
                database.read(tx -> project.isPresent() ? keys.listOfProject(tx, project.get()) : keys.list(tx));
        return found.stream().map(key -> key.view(null)).toList();
    }

    /** Ends a key; one that has ended already stays as it is. The future fails with NOT_FOUND when there is none. */
    public CompletableFuture<KeyView> revoke(UUID id) {
        return database.write(tx -> {
            keys.updateRevoked(tx, id, clock.instant());
            return keys.findById(tx, id)
                    .orElseThrow(() -> PondException.notFound("key"))
                    .view(null);
        });
    }

    @Override
    public Optional<StoredToken> find(String sha256) {
        return database.read(tx -> keys.findByDigest(tx, sha256)).map(this::stored);
    }

    private StoredToken stored(ApiKey key) {
        return new StoredToken(
                key.sha256(),
                new Principal.Project(new ProjectId(key.projectId()), key.uuid()),
                key.isUsable(clock.instant()));
    }

    private String newSecret() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
