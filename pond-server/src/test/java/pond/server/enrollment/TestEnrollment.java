package pond.server.enrollment;

import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import pond.common.api.EnrollmentCodeView;
import pond.common.json.Json;
import pond.common.protocol.Enrolled;
import pond.server.auth.Principal;
import pond.server.auth.TokenDigest;
import pond.server.auth.TokenLookup.StoredToken;
import pond.testing.TestClock;
import pond.testing.TestDatabase;
import pond.testing.TestMachine;

/** An enrolment service on a real database, and machines that have keys. For one thread. */
final class TestEnrollment implements AutoCloseable {
    final TestClock clock = new TestClock();
    final TestDatabase database;
    final EnrollmentService service;
    private final Map<String, TestMachine> machines = new HashMap<>();

    TestEnrollment(Path folder) {
        database = new TestDatabase(folder, "pond", "0005_create_workers.sql", "0006_create_enrollment.sql");
        service = new EnrollmentService(database.db, clock);
    }

    EnrollmentCodeView code(String body) {
        return get(database.db.write(tx -> service.create(tx, CodeRequest.read(Json.readTree(body)))));
    }

    CompletableFuture<Enrolled> enroll(EnrollmentCodeView code, String machine) {
        return service.enroll(code.id(), machine(machine).enroll(plaintext(code)));
    }

    static String plaintext(EnrollmentCodeView code) {
        return String.valueOf(code.code());
    }

    /** The same one for the same name. */
    TestMachine machine(String name) {
        return machines.computeIfAbsent(name, TestMachine::new);
    }

    /** Whom a machine's bearer makes it now. */
    Optional<Principal.Worker> enrolled(String machine) {
        return worker(machine(machine).bearer());
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

    @Override
    public void close() {
        database.close();
    }
}
