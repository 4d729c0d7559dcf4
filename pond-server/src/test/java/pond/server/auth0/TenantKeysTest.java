package pond.server.auth0;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.slf4j.LoggerFactory;
import pond.testing.TestTenant;
import pond.testing.TestTenant.Mood;

/** How often the tenant is asked for its keys, and what becomes of tokens when it does not answer. */
class TenantKeysTest {
    private static final Duration SHORT = Duration.ofMillis(400);

    private TestAdmins test;

    @BeforeEach
    void start() {
        test = new TestAdmins(KeySetSource.DEADLINE);
    }

    @AfterEach
    void stop() {
        test.close();
    }

    @Test
    void keysAreAskedForOnceAndThenAgainWhenTheyAreOld() {
        assertThat(test.tenant.asked).hasValue(0);
        for (int i = 0; i < 5; i++) {
            assertThat(test.verify(test.goodToken())).isPresent();
        }
        assertThat(test.tenant.asked).hasValue(1);

        test.clock.advance(TenantKeys.FRESH);

        assertThat(test.verify(test.goodToken())).isPresent();
        assertThat(test.tenant.asked).hasValue(2);
    }

    @Test
    void aNewKeyIsFoundAndAWithdrawnOneForgotten() {
        assertThat(test.verify(test.goodToken())).isPresent();
        test.clock.advance(TenantKeys.UNKNOWN_GAP);
        String signedBefore = test.goodToken();
        test.tenant.rotate("second");

        assertThat(test.verify(test.goodToken())).isPresent();
        assertThat(test.verify(signedBefore)).isEmpty();
        assertThat(test.tenant.asked).hasValue(2);
    }

    @Test
    void aWithdrawnKeyIsRefusedWithoutAnyNewTokenWhenTheKeysAreOld() {
        String token = test.tenant.token(test.claims().put("exp", Long.MAX_VALUE / 1_000_000));
        assertThat(test.verify(token)).isPresent();
        test.tenant.rotate("second");

        test.clock.advance(TenantKeys.FRESH.minusSeconds(1));
        assertThat(test.verify(token)).isPresent();
        test.clock.advance(Duration.ofSeconds(1));
        assertThat(test.verify(token)).isEmpty();
    }

    @Test
    void madeUpKeyIdsDoNotHammerTheTenant() {
        assertThat(test.verify(test.goodToken())).isPresent();
        for (int minute = 1; minute <= 3; minute++) {
            test.clock.advance(TenantKeys.UNKNOWN_GAP);
            for (int i = 0; i < 200; i++) {
                String token = TestTenant.part(TestTenant.header("made-up-" + i)) + ".e30.AAAA";
                assertThat(test.verify(token)).isEmpty();
            }
            assertThat(test.tenant.asked).hasValue(1 + minute);
        }
        assertThat(test.verify(test.goodToken())).isPresent();
    }

    @Test
    void whatIsNoCandidateAsksForNothing() {
        assertThat(test.verify("a.b.c")).isEmpty();
        assertThat(test.verify(TestTenant.token(
                        TestTenant.header("x").put("alg", "HS256"), test.claims(), test.tenant.key("first"))))
                .isEmpty();

        assertThat(test.tenant.asked).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"GOOD", "SILENT", "TRICKLES"})
    void withoutAnyKeysNobodyCanTell(Mood mood) {
        test.tenant.mood = mood;

        test.cannotTell(test.goodToken());
        test.cannotTell(test.goodToken());
        assertThat(test.tenant.askedElsewhere).hasValue(0);
        int asked = test.tenant.asked.get();

        test.tenant.mood = Mood.GOOD;
        test.clock.advance(TenantKeys.RETRY_GAP.minusMillis(1));
        test.cannotTell(test.goodToken());
        assertThat(test.tenant.asked).hasValue(asked);
        test.clock.advance(Duration.ofMillis(1));
        assertThat(test.verify(test.goodToken())).isPresent();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"GOOD", "SILENT", "TRICKLES"})
    void keysThatAreThereGoOnForHours(Mood mood) {
        assertThat(test.verify(test.goodToken())).isPresent();
        test.tenant.mood = mood;

        test.clock.advance(TenantKeys.KEPT.minusSeconds(1));
        assertThat(test.verify(test.goodToken())).isPresent();
        test.cannotTell(TestTenant.token(TestTenant.header("perhaps-new"), test.claims(), test.tenant.key("first")));
        test.clock.advance(Duration.ofSeconds(1));
        test.cannotTell(test.goodToken());
    }

    @Test
    void theLogSaysOnceATryWhatIsWrongAndWhatFollows() {
        Logger logger = (Logger) LoggerFactory.getLogger(TenantKeys.class);
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        events.start();
        logger.addAppender(events);
        Level before = logger.getLevel();
        logger.setLevel(Level.WARN);
        test.tenant.mood = Mood.BROKEN;
        try {
            test.cannotTell(test.goodToken());
            test.cannotTell(test.goodToken());
            test.tenant.mood = Mood.GOOD;
            test.clock.advance(TenantKeys.RETRY_GAP);
            assertThat(test.verify(test.goodToken())).isPresent();
            test.tenant.mood = Mood.REDIRECTS;
            test.clock.advance(TenantKeys.FRESH);
            assertThat(test.verify(test.goodToken())).isPresent();
        } finally {
            logger.setLevel(before);
            logger.detachAppender(events);
        }

        assertThat(events.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "the signing keys of " + test.tenant.issuer()
                                + " cannot be fetched: IOException: it answered with status 500;"
                                + " no token of an admin can be checked until they can",
                        "the signing keys of " + test.tenant.issuer()
                                + " cannot be fetched: IOException: it answered with status 302;"
                                + " those of 2026-01-02T03:04:10.678Z are used until 2026-01-02T09:04:10.678Z");
    }

    @Test
    void aTenantThatIsGoneIsLikeOneThatDoesNotAnswer() {
        assertThat(test.verify(test.goodToken())).isPresent();
        test.tenant.close();

        test.clock.advance(TenantKeys.FRESH);
        assertThat(test.verify(test.goodToken())).isPresent();
        test.clock.advance(TenantKeys.KEPT);
        test.cannotTell(test.goodToken());
    }

    @ParameterizedTest
    @EnumSource(names = {"SILENT", "TRICKLES"})
    void aSlowTenantIsWaitedForUntilTheDeadlineAndNoLonger(Mood mood) throws Exception {
        try (TestAdmins slow = new TestAdmins(SHORT)) {
            slow.tenant.mood = mood;
            String token = slow.goodToken();
            int callers = 64;
            ExecutorService threads = Executors.newFixedThreadPool(callers);
            CountDownLatch go = new CountDownLatch(1);
            List<Future<?>> answers = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                answers.add(threads.submit(() -> {
                    go.await();
                    slow.cannotTell(token);
                    return "refused";
                }));
            }
            long start = System.nanoTime();
            go.countDown();
            for (Future<?> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("refused");
            }
            threads.shutdown();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
            assertThat(slow.tenant.asked).hasValue(1);
        }
    }

    @Test
    void keysThatAreThereGoOnWhileTheTenantIsSlow() {
        try (TestAdmins slow = new TestAdmins(Duration.ofSeconds(2))) {
            assertThat(slow.verify(slow.goodToken())).isPresent();
            slow.tenant.mood = Mood.TRICKLES;
            slow.clock.advance(TenantKeys.FRESH);

            for (int i = 0; i < 50; i++) {
                assertThat(slow.verify(slow.goodToken())).isPresent();
            }

            assertThat(slow.tenant.asked).hasValue(2);
        }
    }

    @Test
    void aClockThatIsSetBackAsksAnew() {
        assertThat(test.verify(test.goodToken())).isPresent();

        test.clock.advance(Duration.ofHours(-1));

        assertThat(test.verify(test.goodToken())).isPresent();
        assertThat(test.tenant.asked).hasValue(2);
    }

    @Test
    void aWeakKeyIsNotUsed() {
        test.tenant.add("weak", 1_024);

        assertThat(test.verify(test.goodToken())).isEmpty();
        assertThat(test.verify(TestTenant.token(TestTenant.header("first"), test.claims(), test.tenant.key("first"))))
                .isPresent();
    }
}
