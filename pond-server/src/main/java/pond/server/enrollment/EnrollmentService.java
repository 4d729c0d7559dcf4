package pond.server.enrollment;

import com.github.f4b6a3.uuid.UuidCreator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import pond.common.api.EnrollmentCodeView;
import pond.common.ids.WorkerId;
import pond.common.protocol.Enroll;
import pond.common.protocol.EnrollProof;
import pond.common.protocol.Enrolled;
import pond.common.protocol.KeyFingerprint;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.WorkerHttp;
import pond.common.protocol.WorkerProtocol;
import pond.common.protocol.WorkerWords;
import pond.server.auth.Authenticator;
import pond.server.auth.Principal;
import pond.server.auth.TokenDigest;
import pond.server.auth.TokenLookup.StoredToken;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.errors.PondException;

/**
 * Makes codes, exchanges them for identities, and answers for both. Safe to share; it caches nothing.
 *
 * <p>A machine is known by the fingerprint of its public keys. While a code has not expired, the same machine may use it
 * again and again and counts once: an answer may have been lost. A machine that was enrolled by another code before keeps
 * its identity, with what the new code grants. One that was revoked needs a code that was made after that, and another
 * bearer. Bearers are made by the machines; none is ever seen here, and a digest belongs to one identity for good.
 */
public final class EnrollmentService {
    /** What every code begins with. */
    public static final String CODE_PREFIX = "pond_ec_";

    /** What every worker's bearer begins with. */
    public static final String BEARER_PREFIX = WorkerHttp.BEARER_PREFIX;

    private static final int RANDOM_BYTES = 32;
    private static final Duration KEPT = Duration.ofDays(30);

    private final Database database;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final CodeStore codes = new CodeStore();
    private final IdentityStore identities = new IdentityStore();

    public EnrollmentService(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Makes a code. The plaintext is in {@link EnrollmentCodeView#code} of this one answer and nowhere else. */
    public EnrollmentCodeView create(Tx tx, CodeRequest request) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        String plaintext = newCode();
        EnrollmentCode code = new EnrollmentCode(
                UuidCreator.getTimeOrderedEpochPlus1(),
                TokenDigest.of(plaintext),
                request.tags(),
                request.pool(),
                request.fingerprint(),
                request.maxUses(),
                0,
                now,
                now.plus(request.ttl()));
        codes.insert(tx, code);
        return code.view(plaintext);
    }

    /** All codes, oldest first, those that no longer work included, without their plaintext. */
    public List<EnrollmentCodeView> listCodes() {
        return database.read(codes::list).stream().map(code -> code.view(null)).toList();
    }

    /** Ends a code; workers that were enrolled with it stay. Throws NOT_FOUND when there is none. */
    public void deleteCode(Tx tx, UUID id) {
        if (!codes.delete(tx, id)) {
            throw PondException.notFound("enrollment code");
        }
    }

    /**
     * Makes a machine a worker.
     *
     * <p>Fails with FORBIDDEN, always in the same words, when the code is not good for this machine, or its bearer is
     * another's; with {@link Refusal#INVALID} or {@link Refusal#UPGRADE_NEEDED} when the machine's own words are not good.
     * Nothing has changed then.
     */
    public CompletableFuture<Enrolled> enroll(UUID code, Enroll enroll) {
        if (!WorkerProtocol.isServed(enroll.protocol())) {
            return CompletableFuture.failedFuture(upgrade(enroll.protocol()));
        }
        Optional<String> problem = WorkerWords.problem(enroll);
        if (problem.isPresent()) {
            return CompletableFuture.failedFuture(new ProtocolException(Refusal.INVALID, problem.get()));
        }
        String fingerprint;
        try {
            fingerprint = KeyFingerprint.of(enroll.sealingKey(), enroll.signingKey());
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(
                    new ProtocolException(Refusal.INVALID, "a public key must be 32 bytes in url-safe base64", null));
        }
        // Before the transaction: to look at a signature takes a while, and writers wait in line. A code is never
        // altered.
        Optional<EnrollmentCode> shown = database.read(tx -> findUsable(tx, code, fingerprint));
        if (shown.isEmpty()) {
            return CompletableFuture.failedFuture(Authenticator.forbidden());
        }
        if (!EnrollProof.verify(shown.get().sha256(), enroll)) {
            return CompletableFuture.failedFuture(new ProtocolException(
                    Refusal.INVALID, "the proof is not the signing key's signature of this enrolment"));
        }
        return database.write(tx -> enroll(tx, code, enroll, fingerprint));
    }

    private Optional<EnrollmentCode> findUsable(Tx tx, UUID code, String fingerprint) {
        Instant now = clock.instant();
        return codes.find(tx, code).filter(found -> found.isUsable(now) && found.admits(fingerprint));
    }

    private Enrolled enroll(Tx tx, UUID id, Enroll enroll, String fingerprint) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        EnrollmentCode code = findUsable(tx, id, fingerprint).orElseThrow(Authenticator::forbidden);
        Optional<WorkerIdentity> known = identities.findLive(tx, fingerprint);
        boolean repeat = known.isPresent() && known.get().code().equals(id);
        if (!repeat && (identities.wasRevokedSince(tx, fingerprint, code.createdAt()) || !codes.use(tx, id))) {
            throw Authenticator.forbidden();
        }
        if (identities
                .findByBearer(tx, enroll.bearerSha256())
                .filter(holder ->
                        known.filter(own -> own.id().equals(holder.id())).isEmpty())
                .isPresent()) {
            throw Authenticator.forbidden();
        }
        WorkerIdentity identity = new WorkerIdentity(
                known.map(WorkerIdentity::id).orElseGet(() -> new WorkerId(UuidCreator.getTimeOrderedEpochPlus1())),
                enroll.name(),
                enroll.bearerSha256(),
                canonical(enroll.sealingKey()),
                canonical(enroll.signingKey()),
                fingerprint,
                Set.copyOf(code.granted()),
                id,
                known.map(WorkerIdentity::enrolledAt).orElse(now),
                null);
        if (known.isPresent()) {
            identities.update(tx, identity);
        } else {
            identities.insert(tx, identity);
        }
        return new Enrolled(identity.id());
    }

    /** The refusal of a worker whose version is not spoken here. */
    public static ProtocolException upgrade(int theirs) {
        return new ProtocolException(
                Refusal.UPGRADE_NEEDED,
                "this server speaks protocol versions " + WorkerProtocol.LOWEST_VERSION + " to "
                        + WorkerProtocol.VERSION + "; the worker speaks " + theirs);
    }

    /** Finds codes by digest, for whoever authenticates. Whether one is used up is for the exchange to say. */
    public Optional<StoredToken> findCode(String sha256) {
        return database.read(tx -> codes.findByDigest(tx, sha256))
                .map(code -> new StoredToken(
                        code.sha256(), new Principal.Enrollment(code.id()), code.isUsable(clock.instant())));
    }

    /** Finds workers by the digest of their bearer, for whoever authenticates. */
    public Optional<StoredToken> findBearer(String sha256) {
        return database.read(tx -> identities.findByBearer(tx, sha256))
                .map(found -> new StoredToken(
                        found.bearerSha256(),
                        new Principal.Worker(found.id(), found.tags()),
                        found.revokedAt() == null));
    }

    /** Refuses, in a transaction, to go on for a worker that was revoked a moment ago. */
    public void requireLive(Tx tx, WorkerId identity) {
        if (identities
                .find(tx, identity)
                .filter(found -> found.revokedAt() == null)
                .isEmpty()) {
            throw Authenticator.forbidden();
        }
    }

    /** Who a worker is, revoked or not; empty when it never enrolled. */
    public Optional<WorkerIdentity> find(Tx tx, WorkerId identity) {
        return identities.find(tx, identity);
    }

    /** Whoever has enrolled and is not revoked, by name. */
    public List<WorkerIdentity> listWorkers(Tx tx) {
        return identities.listLive(tx);
    }

    /**
     * Ends an identity; its bearer is refused from then on.
     *
     * @throws PondException NOT_FOUND when there is none that is not revoked already
     */
    public void revoke(Tx tx, WorkerId identity) {
        if (!identities.revoke(tx, identity, clock.instant())) {
            throw PondException.notFound("worker");
        }
    }

    /** Deletes codes that have been of no use for a month; answers how many. */
    public CompletableFuture<Integer> sweep() {
        return database.write(tx -> codes.deleteExpired(tx, clock.instant().minus(KEPT)));
    }

    private static String canonical(String key) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Base64.getUrlDecoder().decode(key));
    }

    private String newCode() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return CODE_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
