package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.dispatch.TestDispatch.noop;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.RunDetails;
import pond.common.api.RunStatus;
import pond.common.api.StageStatus;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.common.protocol.Job;
import pond.server.db.Tx;
import pond.server.runs.Run;
import pond.server.stages.Stage;

/** A change that was made up from what is no longer so, by whatever mistake, changes nothing. */
class StaleChangeTest {
    @TempDir
    private Path folder;

    private TestDispatch dispatch;
    private Run before;
    private Stage stageBefore;
    private Job job;
    private RunDetails ended;

    /** A run that has ended, and what it was when it had not. */
    @BeforeEach
    void end() throws Exception {
        dispatch = new TestDispatch(folder);
        RunId run = dispatch.submit("garden", noop("a"));
        FakeWorker worker = dispatch.worker("w", 1, "noop");
        job = worker.leaseOne();
        before = dispatch.runs.find(run).orElseThrow();
        stageBefore = dispatch.rooms
                .database()
                .read(tx -> dispatch.rooms.stages().list(tx, run))
                .get(0);
        worker.done(job);
        ended = dispatch.details(run);
    }

    @AfterEach
    void close() {
        dispatch.close();
    }

    @Test
    void ofARun() {
        Run cancelling = before.moved(RunStatus.CANCELLING, dispatch.clock.instant());

        refused(tx -> dispatch.runs.update(tx, before, cancelling));
    }

    /** A fetch whose run was ended while it went on. */
    @Test
    void ofTheBundleOfARun() {
        get(dispatch.runs.fetched(before.id(), new Job.BundleRef("0".repeat(64), 1), Map.of("app", "1")));

        assertThat(dispatch.details(before.id())).isEqualTo(ended);
        assertThat(dispatch.runs.find(before.id()).orElseThrow().bundle()).isNull();
    }

    @Test
    void ofAStage() {
        refused(tx -> dispatch.rooms.stages().update(tx, before.id(), StageStatus.RUNNING, stageBefore.queued()));
    }

    @Test
    void ofAJob() {
        JobStore jobs = new JobStore();
        WorkerId other = dispatch.enroll("other");

        refused(tx -> jobs.move(tx, job.id(), JobRow.Status.LEASED, JobRow.Status.LOST));
        refused(tx -> jobs.stop(tx, job.id()));
        refused(tx -> jobs.lease(tx, job.id(), other, job.fence() + 1, "0".repeat(64)));
    }

    private void refused(Consumer<Tx> change) {
        assertThat(failure(dispatch.rooms.database().change(change)))
                .rootCause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(" was not ");
        assertThat(dispatch.details(before.id())).isEqualTo(ended);
    }
}
