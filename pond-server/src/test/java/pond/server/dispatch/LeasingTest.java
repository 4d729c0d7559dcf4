package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.server.dispatch.TestDispatch.noop;
import static pond.server.dispatch.TestDispatch.shell;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.server.db.Tx;
import pond.server.runs.Removals;
import pond.server.runs.Run;
import pond.server.runs.RunFlow;
import pond.server.stages.Stage;

/** Who gets which job, and when. */
class LeasingTest {
    @TempDir
    private Path folder;

    private TestDispatch dispatch;

    @BeforeEach
    void open() throws Exception {
        dispatch = new TestDispatch(folder);
    }

    @AfterEach
    void close() throws Exception {
        dispatch.close();
    }

    @Test
    void olderRunsAreFirst() {
        List<RunId> runs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            runs.add(dispatch.submit("garden", noop("a")));
        }

        FakeWorker worker = dispatch.worker("w", 5, "noop");

        assertThat(worker.lease(5)).extracting(Job::run).isEqualTo(runs);
    }

    @Test
    void olderRunsAreFirstWhateverTheirKind() {
        RunId older = dispatch.submit("garden", shell("a", ""));
        RunId younger = dispatch.submit("garden", noop("a"));
        RunId youngest = dispatch.submit("garden", shell("a", ""));

        FakeWorker worker = dispatch.worker("w", 3, "noop", "shell");

        assertThat(worker.lease(3)).extracting(Job::run).containsExactly(older, younger, youngest);
    }

    @Test
    void aProjectWithManyRunsDoesNotHoldUpAnother() {
        for (int i = 0; i < 500; i++) {
            dispatch.submit("crowded", noop("a"));
        }
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        worker.done(worker.leaseOne());
        RunId other = dispatch.submit("other", noop("a"));
        RunId third = dispatch.submit("third", noop("a"));

        List<RunId> served = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Job job = worker.leaseOne();
            served.add(job.run());
            worker.done(job);
        }

        assertThat(served.subList(0, 2)).containsExactlyInAnyOrder(other, third);
    }

    @Test
    void projectsTakeTurns() {
        for (int i = 0; i < 4; i++) {
            dispatch.submit("a", noop("x"));
            dispatch.submit("b", noop("x"));
        }
        FakeWorker worker = dispatch.worker("w", 8, "noop");

        List<String> projects =
                worker.lease(8).stream().map(job -> job.project().toString()).toList();

        for (int i = 0; i < 8; i += 2) {
            assertThat(projects.subList(i, i + 2)).containsExactlyInAnyOrder("a", "b");
        }
    }

    /** Removed runs take their jobs with them, and with those the highest fences. */
    @Test
    void turnsGoOnAfterAStartWhenTheRunsBeforeAreGone() throws Exception {
        FakeWorker before = dispatch.worker("before", 1, "noop");
        Removals removals = new Removals(dispatch.rooms.database());
        for (int i = 0; i < 5; i++) {
            RunId run = dispatch.submit("regular", noop("a"));
            before.done(before.leaseOne());
            get(dispatch.rooms.database().change(tx -> removals.run(tx, run)));
        }
        dispatch.close();

        dispatch = new TestDispatch(folder, dispatch.clock);
        dispatch.submit("regular", noop("a"));
        for (int i = 0; i < 5; i++) {
            dispatch.submit("crowded", noop("a"));
        }
        FakeWorker after = dispatch.worker("after", 2, "noop");

        assertThat(after.lease(2))
                .extracting(job -> job.project().toString())
                .containsExactlyInAnyOrder("regular", "crowded");
    }

    @Test
    void aWorkerGetsNoMoreThanItsSlots() {
        for (int i = 0; i < 5; i++) {
            dispatch.submit("garden", noop("a"));
        }
        FakeWorker worker = dispatch.worker("w", 2, "noop");

        List<Job> first = worker.lease(5);
        assertThat(first).hasSize(2);
        assertThat(worker.lease(5)).isEmpty();
        worker.done(first.get(0));
        assertThat(worker.lease(5)).hasSize(1);
    }

    @Test
    void twoCallsAtOnceShareTheSlots() {
        for (int i = 0; i < 9; i++) {
            dispatch.submit("garden", noop("a"));
        }
        FakeWorker worker = dispatch.worker("w", 3, "noop");

        List<CompletableFuture<List<Job>>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            calls.add(CompletableFuture.supplyAsync(() -> worker.lease(2)));
        }

        assertThat(calls.stream().flatMap(call -> get(call).stream())).hasSize(3);
    }

    @Test
    void aWorkerGetsOnlyWhatItCanRun() {
        dispatch.submit("garden", shell("a", ""));
        FakeWorker worker = dispatch.worker("w", 2, "noop");
        assertThat(worker.lease(2)).isEmpty();

        RunId run = dispatch.submit("garden", noop("a"));

        assertThat(worker.leaseOne().run()).isEqualTo(run);
    }

    @Test
    void aWaitingCallIsAnsweredWhenAJobIsQueued() {
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        CompletableFuture<List<Job>> call = worker.leaseLater();
        assertThat(call).isNotDone();

        RunId run = dispatch.submit("garden", noop("a"));

        assertThat(get(call)).extracting(Job::run).containsExactly(run);
    }

    @Test
    void aJobThatFindsAWaitingWorkerIsItsFromTheSameCommitOn() {
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        long before = System.nanoTime();
        CompletableFuture<List<Job>> call = worker.leaseLater();

        RunId run = dispatch.submit("garden", noop("a"));

        assertThat(dispatch.status(run)).isEqualTo("running");
        assertThat(get(call))
                .singleElement()
                .satisfies(job -> assertThat(job.leasedAfter())
                        .isPositive()
                        .isLessThan(Duration.ofNanos(System.nanoTime() - before)));
    }

    @Test
    void aCallThatClaimedForNothingWaitsAgain() {
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        CompletableFuture<List<Job>> call = worker.leaseLater();
        RunFlow failing = new RunFlow() {
            @Override
            public void submitted(Tx tx, Run run, List<Stage> stages) {
                dispatch.dispatcher.submitted(tx, run, stages);
                tx.lastly(() -> {
                    throw new IllegalStateException("after the claim");
                });
            }

            @Override
            public void cancelRequested(Tx tx, RunId id) {
                throw new AssertionError("nothing is cancelled here");
            }
        };
        assertThatThrownBy(() -> get(dispatch.runs.submit(dispatch.submission("garden", noop("a")), failing)))
                .hasRootCauseMessage("after the claim");
        assertThat(call).isNotDone();

        RunId run = dispatch.submit("garden", noop("a"));

        assertThat(get(call)).extracting(Job::run).containsExactly(run);
    }

    @Test
    void stagesThatBeginTogetherFindAWaitingWorkerEach() {
        FakeWorker both = dispatch.worker("both", 1, "noop", "shell");
        FakeWorker shells = dispatch.worker("shells", 1, "shell");
        CompletableFuture<List<Job>> first = both.leaseLater();
        CompletableFuture<List<Job>> second = shells.leaseLater();

        String edge = "{\"from\":\"a\",\"to\":\"c\"}";
        dispatch.submit("garden", noop("a") + "," + shell("b", "") + "," + noop("c"), edge);

        assertThat(get(first)).extracting(Job::stage).containsExactly("a");
        assertThat(get(second)).extracting(Job::stage).containsExactly("b");
    }

    /** As after a lost answer: the worker thinks that it has room, and the server knows better. */
    @Test
    void aJobFindsTheSecondWaitingWorkerWhenTheFirstIsFull() {
        FakeWorker full = dispatch.worker("full", 1, "noop");
        FakeWorker free = dispatch.worker("free", 1, "noop");
        dispatch.submit("garden", noop("a"));
        full.leaseOne();
        CompletableFuture<List<Job>> ofFull = full.leaseLater();
        CompletableFuture<List<Job>> ofFree = free.leaseLater();

        RunId run = dispatch.submit("garden", noop("a"));

        assertThat(get(ofFree)).extracting(Job::run).containsExactly(run);
        assertThat(ofFull).isNotDone();
    }

    @Test
    void noWakeUpIsLostInRaces() {
        List<FakeWorker> workers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            workers.add(dispatch.worker("w" + i, 1, "noop"));
        }
        for (int round = 0; round < 200; round++) {
            List<CompletableFuture<List<Job>>> calls = new ArrayList<>();
            List<CompletableFuture<RunId>> submits = new ArrayList<>();
            for (FakeWorker worker : workers) {
                submits.add(CompletableFuture.supplyAsync(() -> dispatch.submit("garden", noop("a"))));
                calls.add(CompletableFuture.supplyAsync(
                        () -> get(worker.protocol.lease(new LeaseRequest(1, Duration.ofSeconds(10))))));
            }
            Set<JobId> jobs = new HashSet<>();
            for (int i = 0; i < calls.size(); i++) {
                List<Job> leased = get(calls.get(i));
                assertThat(leased).as("round %s", round).hasSize(1);
                assertThat(jobs.add(leased.get(0).id())).as("round %s", round).isTrue();
                workers.get(i).done(leased.get(0));
            }
            submits.forEach(run -> assertThat(dispatch.status(get(run))).isEqualTo("done"));
        }
    }
}
