package pond.server.enrollment;

import static pond.testing.TestDatabase.get;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import pond.common.api.EnrollmentCodeView;
import pond.common.json.Json;
import pond.common.protocol.Enroll;
import pond.common.protocol.Enrolled;
import pond.common.protocol.KeyFingerprint;
import pond.common.protocol.WorkerProtocol;
import pond.server.auth.Principal;
import pond.server.auth.TokenDigest;
import pond.server.auth.TokenLookup.StoredToken;
import pond.testing.TestClock;
import pond.testing.TestDatabase;

/** An enrolment service on a real database, and machines that have keys. */
final class TestEnrollment implements AutoCloseable {
    final TestClock clock = new TestClock();
    final TestDatabase database;
    final EnrollmentService service;

    TestEnrollment(Path folder) {
        database = new TestDatabase(folder, "pond", "0005_create_workers.sql", "0006_create_enrollment.sql");
        service = new EnrollmentService(database.db, clock);
    }

    EnrollmentCodeView code(String body) {
        return get(service.create(CodeRequest.read(Json.readTree(body))));
    }

    CompletableFuture<Enrolled> enroll(EnrollmentCodeView code, String machine) {
        return service.enroll(code.id(), machine(machine));
    }

    /** The same keys for the same name. */
    static Enroll machine(String name) {
        return new Enroll(WorkerProtocol.VERSION, name, "1", key(name + " seals"), key(name + " signs"));
    }

    static String fingerprint(String machine) {
        Enroll enroll = machine(machine);
        return KeyFingerprint.of(enroll.sealingKey(), enroll.signingKey());
    }

    Optional<Principal.Worker> worker(String bearer) {
        return service.findBearer(TokenDigest.of(bearer))
                .filter(StoredToken::usable)
                .map(token -> (Principal.Worker) token.principal());
    }

    int uses(UUID code) {
        return service.listCodes().stream()
                .filter(one -> one.id().equals(code))
                .findFirst()
                .orElseThrow()
                .uses();
    }

    private static String key(String seed) {
        try {
            byte[] bytes = MessageDigest.getInstance("SHA-256").digest(seed.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
