package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.dispatch.TestDispatch.noop;
import static pond.server.dispatch.TestDispatch.shell;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.Outcome;
import pond.server.audit.Actor;
import pond.server.db.Tx;
import pond.server.workers.Worker;

/** A call that finds a job and may not have it waits again, and gets the job as soon as it may. */
class PutBackTest {
    private static final Duration LEASE = TestDispatch.SETTINGS.lease();
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

    /** A call waits before it looks, so that no job can come between. */
    @Test
    void aJobThatComesRightAfterTheLookFindsTheCall() {
        FakeWorker unused = dispatch.worker("w", 1, "noop");
        WorkerId worker =
                dispatch.rooms.workers().listAttached().iterator().next().id();
        LeaseDesk.Claims claims = dispatch.rooms.jobDesk().claims();
        List<RunId> late = new ArrayList<>();

        CompletableFuture<List<Job>> call =
                dispatch.leaseDesk.lease(worker, 1, Duration.ofSeconds(10), new LeaseDesk.Claims() {
                    @Override
                    public List<Job> claim(Tx tx, Worker of, int atMost) {
                        return claims.claim(tx, of, atMost);
                    }

                    @Override
                    public boolean anyFor(Tx tx, Worker of) {
                        boolean any = claims.anyFor(tx, of);
                        late.add(dispatch.submit("garden", noop("a")));
                        return any;
                    }
                });

        assertThat(get(call)).extracting(Job::run).isEqualTo(late);
    }

    @Test
    void theEndOfAnotherJobMakesRoom() {
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        dispatch.submit("garden", noop("a"));
        Job first = worker.leaseOne();
        RunId next = dispatch.submit("garden", noop("a"));
        CompletableFuture<List<Job>> call = worker.leaseLater();
        assertThat(call).isNotDone();

        worker.done(first);

        assertThat(get(call)).extracting(Job::run).containsExactly(next);
    }

    /** The worker never heard of a job that it was given, so nobody renews that lease. */
    @Test
    void aLeaseThatRunsOutMakesRoom() {
        FakeWorker worker = dispatch.worker("w", 1, "noop", "shell");
        RunId lost = dispatch.submit("garden", shell("a", ""));
        worker.leaseOne();
        dispatch.pass(LEASE.dividedBy(2));
        RunId next = dispatch.submit("garden", noop("a"));
        CompletableFuture<List<Job>> call = worker.leaseLater();
        assertThat(call).isNotDone();

        dispatch.pass(LEASE.dividedBy(2));

        assertThat(dispatch.status(lost)).isEqualTo("failed");
        assertThat(get(call)).extracting(Job::run).containsExactly(next);
    }

    /** The look for room and what makes room are parts of one commit, in either order. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void roomThatComesInTheSameCommitIsFound(boolean looksFirst) {
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        dispatch.submit("garden", noop("a"));
        Job first = worker.leaseOne();
        RunId next = dispatch.submit("garden", noop("a"));

        CountDownLatch together = dispatch.hold();
        CompletableFuture<List<Job>> call;
        CompletableFuture<Void> end;
        if (looksFirst) {
            call = lease(worker);
            end = worker.complete(first, Outcome.done(null), 0);
        } else {
            end = worker.complete(first, Outcome.done(null), 0);
            call = lease(worker);
        }
        together.countDown();

        get(end);
        assertThat(get(call)).extracting(Job::run).containsExactly(next);
    }

    @Test
    void anEndAndACallAtTheSameTimeNeverMissEachOther() {
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        dispatch.submit("garden", noop("a"));
        Job job = worker.leaseOne();
        for (int round = 0; round < 50; round++) {
            dispatch.submit("garden", noop("a"));
            Job before = job;
            CompletableFuture<List<Job>> call = CompletableFuture.supplyAsync(() -> get(lease(worker)));
            CompletableFuture<Void> end = CompletableFuture.runAsync(() -> worker.done(before));
            get(end);

            List<Job> leased = get(call);
            assertThat(leased).as("round %s", round).hasSize(1);
            job = leased.get(0);
        }
    }

    /** The look comes in the same commit as the beginning of a maintenance, and then as its end. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theEndOfAMaintenanceIsHeardByACallThatLooksMeanwhile(boolean atItsEnd) {
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        RunId run = dispatch.submit("garden", noop("a"));

        CountDownLatch together = dispatch.hold();
        List<CompletableFuture<?>> switches = new ArrayList<>();
        switches.add(dispatch.maintenance.begin(null, OPERATOR));
        CompletableFuture<List<Job>> call = lease(worker);
        if (atItsEnd) {
            switches.add(dispatch.maintenance.end(OPERATOR));
        }
        together.countDown();
        switches.forEach(each -> get(each));
        dispatch.settle();
        if (!atItsEnd) {
            assertThat(call).isNotDone();
            get(dispatch.maintenance.end(OPERATOR));
        }

        assertThat(get(call)).extracting(Job::run).containsExactly(run);
    }

    private static CompletableFuture<List<Job>> lease(FakeWorker worker) {
        return worker.protocol.lease(new LeaseRequest(1, Duration.ofSeconds(10)));
    }
}
