package pond.server.enrollment;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.EnrollmentCodeView;
import pond.common.protocol.Enroll;
import pond.common.protocol.Enrolled;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.server.auth.Principal;
import pond.server.auth.TokenDigest;
import pond.server.auth.TokenLookup.StoredToken;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

class EnrollmentServiceTest {
    @TempDir
    private Path folder;

    private TestEnrollment enrollment;

    @BeforeEach
    void open() {
        enrollment = new TestEnrollment(folder);
    }

    @AfterEach
    void close() {
        enrollment.close();
    }

    @Test
    void aCodeMakesAMachineAWorkerWithItsTags() {
        EnrollmentCodeView code = enrollment.code("{\"tags\":[\"gpu\"]}");

        Enrolled enrolled = get(enrollment.enroll(code, "a"));

        assertThat(code.code()).matches("pond_ec_[A-Za-z0-9_-]{43}");
        assertThat(enrollment.enrolled("a"))
                .contains(new Principal.Worker(enrolled.worker(), Set.of("gpu", "pool:trusted")));
        assertThat(enrollment.uses(code.id())).isEqualTo(1);
    }

    @Test
    void aCodeIsFoundByItsDigestUntilItExpires() {
        EnrollmentCodeView code = enrollment.code("{\"ttl_sec\":60}");
        String digest = TokenDigest.of(String.valueOf(code.code()));

        enrollment.clock.advance(Duration.ofSeconds(60).minusMillis(1));
        assertThat(enrollment.service.findCode(digest))
                .contains(new StoredToken(digest, new Principal.Enrollment(code.id()), true));
        enrollment.clock.advance(Duration.ofMillis(1));
        assertThat(enrollment.service.findCode(digest)).map(StoredToken::usable).contains(false);
        refused(enrollment.enroll(code, "a"));
    }

    @Test
    void neitherCodeNorBearerIsAnywhereInTheState() throws IOException {
        EnrollmentCodeView code = enrollment.code("{}");
        String bearer = enrollment.machine("a").bearer();
        get(enrollment.enroll(code, "a"));
        enrollment.close();

        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .doesNotContain(TestEnrollment.plaintext(code).substring(8), bearer.substring(8));
            }
        }
        assertThat(code.toString())
                .doesNotContain(TestEnrollment.plaintext(code).substring(8));
    }

    @Test
    void aRepeatChangesNothingAndCountsOnce() {
        EnrollmentCodeView code = enrollment.code("{}");
        Enrolled first = get(enrollment.enroll(code, "a"));

        Enrolled again = get(enrollment.enroll(code, "a"));

        assertThat(again).isEqualTo(first);
        assertThat(enrollment.enrolled("a")).map(Principal.Worker::identity).contains(first.worker());
        assertThat(enrollment.uses(code.id())).isEqualTo(1);
    }

    @Test
    void aMachineThatHasLostItsBearerPutsAnotherInItsPlace() {
        EnrollmentCodeView code = enrollment.code("{}");
        Enrolled first = get(enrollment.enroll(code, "a"));
        String before = enrollment.machine("a").bearer();
        enrollment.machine("a").renewBearer();

        assertThat(get(enrollment.enroll(code, "a"))).isEqualTo(first);

        assertThat(enrollment.worker(before)).isEmpty();
        assertThat(enrollment.enrolled("a")).map(Principal.Worker::identity).contains(first.worker());
    }

    @Test
    void whoKnowsTheKeysOfAnotherMachineCannotTakeItsPlace() {
        get(enrollment.enroll(enrollment.code("{\"tags\":[\"old\"]}"), "victim"));
        Principal.Worker before = enrollment.enrolled("victim").orElseThrow();
        EnrollmentCodeView code = enrollment.code("{}");
        String plaintext = TestEnrollment.plaintext(code);
        Enroll victim = enrollment.machine("victim").enroll("pond_ec_other");
        Enroll own = enrollment.machine("thief").enroll(plaintext);

        invalid(code, withBearer(victim, own.bearerSha256(), own.proof()));
        invalid(code, withBearer(victim, own.bearerSha256(), victim.proof()));
        invalid(code, victim);
        invalid(code, withBearer(own, victim.bearerSha256(), own.proof()));

        assertThat(enrollment.enrolled("victim")).contains(before);
        assertThat(enrollment.enrolled("thief")).isEmpty();
        assertThat(enrollment.uses(code.id())).isZero();
    }

    @Test
    void aBearerIsThatOfOneIdentity() {
        EnrollmentCodeView code = enrollment.code("{\"max_uses\":5}");
        Enrolled enrolled = get(enrollment.enroll(code, "a"));
        String taken =
                enrollment.machine("a").enroll(TestEnrollment.plaintext(code)).bearerSha256();
        Enroll second = enrollment.machine("b").enroll(TestEnrollment.plaintext(code));
        String proof = enrollment.machine("b").proof(TestEnrollment.plaintext(code), taken);

        refused(enrollment.service.enroll(code.id(), withBearer(second, taken, proof)));

        assertThat(enrollment.uses(code.id())).isEqualTo(1);
        assertThat(enrollment.enrolled("a")).map(Principal.Worker::identity).contains(enrolled.worker());
    }

    @Test
    void aUsedUpCodeTakesNoOtherMachineAndNoRepeatAfterItsTime() {
        EnrollmentCodeView code = enrollment.code("{\"max_uses\":2}");
        get(enrollment.enroll(code, "a"));
        get(enrollment.enroll(code, "b"));

        refused(enrollment.enroll(code, "c"));
        get(enrollment.enroll(code, "a"));
        enrollment.clock.advance(Duration.ofHours(1));
        refused(enrollment.enroll(code, "a"));
    }

    @Test
    void aCodeForOneMachineTakesNoOther() {
        EnrollmentCodeView code = enrollment.code(
                "{\"max_uses\":5,\"fingerprint\":\"" + enrollment.machine("a").fingerprint() + "\"}");

        refused(enrollment.enroll(code, "b"));
        get(enrollment.enroll(code, "a"));
        assertThat(enrollment.uses(code.id())).isEqualTo(1);
    }

    @Test
    void anotherCodeTakesOverTheIdentityWithItsOwnTags() {
        Enrolled before = get(enrollment.enroll(enrollment.code("{\"tags\":[\"old\"]}"), "a"));
        EnrollmentCodeView code = enrollment.code("{\"tags\":[\"new\"],\"pool\":\"byo\"}");

        Enrolled after = get(enrollment.enroll(code, "a"));

        assertThat(after.worker()).isEqualTo(before.worker());
        assertThat(enrollment.enrolled("a")).contains(new Principal.Worker(before.worker(), Set.of("new", "pool:byo")));
        assertThat(enrollment.uses(code.id())).isEqualTo(1);
    }

    @Test
    void aRevokedMachineNeedsACodeThatWasMadeLater() {
        EnrollmentCodeView code = enrollment.code("{\"max_uses\":5}");
        Enrolled enrolled = get(enrollment.enroll(code, "a"));
        EnrollmentCodeView other = enrollment.code("{}");
        enrollment.clock.advance(Duration.ofSeconds(1));
        get(enrollment.database.db.change(tx -> enrollment.service.revoke(tx, enrolled.worker())));

        assertThat(enrollment.enrolled("a")).isEmpty();
        refused(enrollment.enroll(code, "a"));
        refused(enrollment.enroll(other, "a"));
        enrollment.clock.advance(Duration.ofSeconds(1));
        // The bearer that was revoked does not come to life again.
        refused(enrollment.enroll(enrollment.code("{}"), "a"));
        enrollment.machine("a").renewBearer();
        Enrolled anew = get(enrollment.enroll(enrollment.code("{}"), "a"));
        assertThat(anew.worker()).isNotEqualTo(enrolled.worker());
        assertThat(failure(enrollment.database.db.change(tx -> enrollment.service.revoke(tx, enrolled.worker()))))
                .hasMessageContaining("there is no such worker");
        get(enrollment.database.db.change(tx -> enrollment.service.requireLive(tx, anew.worker())));
        assertThat(failure(enrollment.database.db.change(tx -> enrollment.service.requireLive(tx, enrolled.worker()))))
                .hasMessageContaining("this token is not valid here");
    }

    @Test
    void machinesAtOnceGetNoMoreUsesThanThereAre() {
        EnrollmentCodeView code = enrollment.code("{\"max_uses\":3}");

        List<CompletableFuture<Enrolled>> calls = IntStream.range(0, 20)
                .mapToObj(i -> enrollment.enroll(code, "machine " + i))
                .toList();

        long enrolled = calls.stream()
                .filter(call -> get(call.handle((done, error) -> error == null)))
                .count();
        assertThat(enrolled).isEqualTo(3);
        assertThat(enrollment.uses(code.id())).isEqualTo(3);
    }

    @Test
    void aDeletedCodeIsRefusedAndItsWorkersStay() {
        EnrollmentCodeView code = enrollment.code("{\"max_uses\":2}");
        Enrolled enrolled = get(enrollment.enroll(code, "a"));

        get(enrollment.database.db.change(tx -> enrollment.service.deleteCode(tx, code.id())));

        refused(enrollment.enroll(code, "a"));
        assertThat(enrollment.enrolled("a")).map(Principal.Worker::identity).contains(enrolled.worker());
        assertThat(failure(enrollment.database.db.change(tx -> enrollment.service.deleteCode(tx, code.id()))))
                .hasMessageContaining("no such enrollment code");
        assertThat(enrollment.service.listCodes()).isEmpty();
    }

    @Test
    void everyRefusalOfACodeIsTheSame() {
        EnrollmentCodeView used = enrollment.code("{}");
        get(enrollment.enroll(used, "a"));
        EnrollmentCodeView pinned =
                enrollment.code("{\"fingerprint\":\"" + enrollment.machine("a").fingerprint() + "\"}");
        EnrollmentCodeView expired = enrollment.code("{\"ttl_sec\":60}");
        enrollment.clock.advance(Duration.ofSeconds(61));

        Set<String> words = new HashSet<>();
        words.add(refused(enrollment.enroll(used, "b")));
        words.add(refused(enrollment.enroll(pinned, "b")));
        words.add(refused(enrollment.enroll(expired, "b")));
        words.add(refused(enrollment.service.enroll(
                new UUID(0, 1), enrollment.machine("b").enroll("x"))));

        assertThat(words).hasSize(1);
    }

    @Test
    void whatTheMachineSaysOfItselfIsChecked() {
        EnrollmentCodeView code = enrollment.code("{}");
        Enroll good = enrollment.machine("a").enroll(TestEnrollment.plaintext(code));
        String key = good.sealingKey();
        String digest = good.bearerSha256();

        invalid(code, new Enroll(1, "", "1", key, key, digest, ""));
        invalid(code, new Enroll(1, "a\nb", "1", key, key, digest, ""));
        invalid(code, new Enroll(1, "a".repeat(129), "1", key, key, digest, ""));
        invalid(code, new Enroll(1, "a", "v".repeat(65), key, key, digest, ""));
        invalid(code, new Enroll(1, "a", "1", "not a key", key, digest, ""));
        invalid(code, new Enroll(1, "a", "1", key, key.substring(1), digest, ""));
        for (String no : List.of("", digest.substring(1), digest.toUpperCase(Locale.ROOT), "g".repeat(64))) {
            invalid(code, withBearer(good, no, enrollment.machine("a").proof(TestEnrollment.plaintext(code), no)));
        }
        assertThat(failure(
                        enrollment.service.enroll(code.id(), new Enroll(99, "a", "1", key, key, digest, good.proof()))))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.UPGRADE_NEEDED))
                .hasMessageContaining("1 to 1")
                .hasMessageContaining("99");
        assertThat(enrollment.uses(code.id())).isZero();
    }

    @Test
    void codesThatWereOfNoUseForAMonthGo() {
        enrollment.code("{\"ttl_sec\":60}");
        EnrollmentCodeView later = enrollment.code("{\"ttl_sec\":3600}");
        enrollment.clock.advance(Duration.ofDays(30).plusSeconds(61));

        assertThat(get(enrollment.service.sweep())).isEqualTo(1);
        assertThat(enrollment.service.listCodes())
                .extracting(EnrollmentCodeView::id)
                .containsExactly(later.id());
    }

    private static Enroll withBearer(Enroll enroll, String bearerSha256, String proof) {
        return new Enroll(
                enroll.protocol(),
                enroll.name(),
                enroll.version(),
                enroll.sealingKey(),
                enroll.signingKey(),
                bearerSha256,
                proof);
    }

    private void invalid(EnrollmentCodeView code, Enroll enroll) {
        assertThat(failure(enrollment.service.enroll(code.id(), enroll)))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INVALID));
    }

    private static String refused(CompletableFuture<?> call) {
        Throwable failure = failure(call);
        assertThat(failure)
                .isInstanceOfSatisfying(
                        PondException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
        return String.valueOf(failure.getMessage());
    }
}
