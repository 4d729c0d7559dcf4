package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.dispatch.TestDispatch.noop;
import static pond.server.dispatch.TestDispatch.shell;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.Waiting;
import pond.common.ids.RunId;
import pond.common.protocol.Job;
import pond.server.audit.Actor;
import pond.server.maintenance.MaintenanceView;

/** What waits, runs and ends while a server hands nothing out. */
class MaintenanceTest {
    private static final Duration GRACE = TestDispatch.SETTINGS.noWorkerGrace();
    private static final Actor OPERATOR = new Actor("service", null);

    @TempDir
    private Path folder;

    private TestDispatch dispatch;

    @BeforeEach
    void open() throws Exception {
        dispatch = new TestDispatch(folder);
    }

    @AfterEach
    void close() {
        dispatch.close();
    }

    @Test
    void nothingIsHandedOutAndWhatRunsFinishes() throws Exception {
        FakeWorker worker = dispatch.worker("w", 4, "noop");
        RunId before = dispatch.submit("garden", noop("a") + "," + noop("b"));
        Job running = worker.leaseOne();
        CompletableFuture<List<Job>> waiting = worker.leaseLater();
        assertThat(begin("a new disk").leased()).isEqualTo(1);

        RunId during = dispatch.submit("garden", noop("a"));
        dispatch.settle();
        assertThat(worker.lease(4)).isEmpty();
        worker.done(running);
        dispatch.settle();
        assertThat(worker.lease(4)).as("the stage after the one that ended").isEmpty();
        assertThat(waiting).isNotDone();
        assertThat(dispatch.waitingFor(before, "b")).isEqualTo("maintenance");
        assertThat(dispatch.waitingFor(during, "a")).isEqualTo("maintenance");
        assertThat(dispatch.maintenance.show().leased()).isZero();

        get(dispatch.maintenance.end(OPERATOR));

        Job first = waiting.get(10, TimeUnit.SECONDS).get(0);
        assertThat(first.run()).isEqualTo(before);
        worker.done(first);
        worker.done(worker.leaseOne());
        assertThat(dispatch.status(before)).isEqualTo("done");
        assertThat(dispatch.status(during)).isEqualTo("done");
    }

    @Test
    void whatWaitsSaysWhyAndUntilWhen() {
        RunId before = dispatch.submit("garden", noop("a"));
        dispatch.clock.advance(Duration.ofSeconds(5));
        begin("a new disk");
        dispatch.clock.advance(Duration.ofSeconds(5));
        RunId during = dispatch.submit("garden", noop("a"));

        Waiting first = waiting(before);
        Waiting second = waiting(during);
        assertThat(first.message()).isEqualTo("the server is in maintenance and hands nothing out: a new disk");
        assertThat(first.since())
                .isEqualTo(dispatch.details(before).run().createdAt().plusSeconds(5));
        assertThat(second.since()).isEqualTo(dispatch.details(during).run().createdAt());
        assertThat(second.deadline())
                .isEqualTo(dispatch.details(during).run().createdAt().plus(TestDispatch.SETTINGS.runLimit()));
        assertThat(second.onDeadline()).isEqualTo("the run fails with run_timeout");
        assertThat(dispatch.details(before).run().waiting()).isEqualTo(first);

        begin(null);
        assertThat(waiting(before).message()).isEqualTo("the server is in maintenance and hands nothing out");
        assertThat(waiting(before).since()).as("it is the same maintenance").isEqualTo(first.since());
    }

    @Test
    void noGraceRunsOutMeanwhileAndAllBeginAnewAfterwards() {
        RunId nobody = dispatch.submit("garden", noop("a"));
        dispatch.pass(GRACE.minusSeconds(1));
        begin(null);

        dispatch.pass(GRACE);
        RunId during = dispatch.submit("garden", noop("a"));
        dispatch.pass(GRACE.multipliedBy(3));
        assertThat(dispatch.status(nobody)).isEqualTo("queued");
        assertThat(dispatch.status(during)).isEqualTo("queued");

        get(dispatch.maintenance.end(OPERATOR));
        assertThat(dispatch.waitingFor(nobody, "a")).isEqualTo("no_capable_worker");
        dispatch.pass(GRACE.minusMillis(1));
        assertThat(dispatch.status(nobody)).isEqualTo("queued");
        dispatch.pass(Duration.ofMillis(1));
        assertThat(dispatch.status(nobody)).isEqualTo("failed");
        assertThat(dispatch.status(during)).isEqualTo("failed");
        assertThat(Objects.requireNonNull(dispatch.details(during).run().error())
                        .code())
                .isEqualTo("no_capable_worker");
    }

    @Test
    void theLimitOfARunStandsAndACancelWorks() {
        FakeWorker unused = dispatch.worker("w", 1, "shell");
        begin(null);
        RunId late = dispatch.submit("garden", shell("a", ""));
        RunId cancelled = dispatch.submit("garden", shell("a", ""));
        dispatch.cancel(cancelled);
        assertThat(dispatch.status(cancelled)).isEqualTo("cancelled");

        dispatch.pass(TestDispatch.SETTINGS.runLimit());

        assertThat(Objects.requireNonNull(dispatch.details(late).run().error()).code())
                .isEqualTo("run_timeout");
    }

    @Test
    void itOutlivesARestart() throws Exception {
        RunId run = dispatch.submit("garden", noop("a"));
        begin("a new disk");
        dispatch.close();

        dispatch = new TestDispatch(folder, dispatch.clock);
        get(dispatch.recovery.afterStop());
        FakeWorker worker = dispatch.worker("w", 1, "noop");

        assertThat(worker.lease(1)).isEmpty();
        assertThat(dispatch.waitingFor(run, "a")).isEqualTo("maintenance");
        get(dispatch.maintenance.end(OPERATOR));
        worker.done(worker.leaseOne());
        assertThat(dispatch.status(run)).isEqualTo("done");
    }

    @Test
    void theAuditTrailHasBothEndsAndNoMore() {
        get(dispatch.maintenance.end(OPERATOR));
        begin("a new disk");
        get(dispatch.maintenance.end(OPERATOR));
        get(dispatch.maintenance.end(OPERATOR));

        assertThat(dispatch.rooms.audit().list(Long.MAX_VALUE, 10).entries())
                .filteredOn(entry -> entry.action().startsWith("maintenance"))
                .extracting(entry -> entry.action() + " " + entry.subject())
                .containsExactly("maintenance.off ", "maintenance.on a new disk");
    }

    private MaintenanceView begin(@Nullable String reason) {
        return get(dispatch.maintenance.begin(reason, OPERATOR));
    }

    private Waiting waiting(RunId run) {
        return Optional.ofNullable(dispatch.stage(run, "a").waiting()).orElseThrow();
    }
}
