package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.server.dispatch.TestAreas.areas;
import static pond.testing.TestDatabase.get;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.RerunFrom;
import pond.common.api.RerunOf;
import pond.common.api.StageView;
import pond.common.ids.RunId;
import pond.common.protocol.InputArtifact;
import pond.common.protocol.Job;
import pond.server.artifacts.Artifact;
import pond.server.errors.PondException;

/** Runs made from others, on a real database: what agents have done, and what others leave when they are deleted. */
class RerunTest {
    @TempDir
    private Path folder;

    private TestDispatch dispatch;
    private TestAreas agents;
    private FakeWorker worker;

    @BeforeEach
    void open() throws Exception {
        dispatch = new TestDispatch(folder);
        agents = new TestAreas(dispatch).registered();
        worker = agents.worker("w", 4);
    }

    @AfterEach
    void close() {
        dispatch.close();
    }

    @Test
    void aSwarmStageIsReusedWithItsAreas() throws IOException {
        RunId first = submit();
        mapped(2);
        for (Job area : worker.lease(2)) {
            worker.done(area, "out.jsonl", "{\"k\":\"" + area.substage() + "\"}\n");
        }
        worker.fail(worker.leaseOne());
        assertThat(dispatch.status(first)).isEqualTo("failed");

        RunId again = dispatch.rerun(first, RerunFrom.FAILED);

        List<Job> jobs = worker.lease(4);
        assertThat(jobs).extracting(Job::stage).containsExactly("report");
        assertThat(get(worker.protocol.inputs(jobs.get(0).ref())))
                .extracting(InputArtifact::stage)
                .contains("map", "work");
        StageView before = agents.work(first);
        StageView work = agents.work(again);
        assertThat(work.substages()).isEqualTo(before.substages()).hasSize(2);
        assertThat(work.substages()).allMatch(area -> "verified".equals(area.attestation()));
        assertThat(work.progress()).isEqualTo(before.progress()).isNotNull();
        assertThat(work.reusedFrom()).isEqualTo(first);
        assertThat(before.reusedFrom()).isNull();
        assertThat(agents.joined(again, "out.jsonl"))
                .isEqualTo(agents.joined(first, "out.jsonl"))
                .isNotNull();
        worker.done(jobs.get(0));
        assertThat(dispatch.status(again)).isEqualTo("done");
    }

    @Test
    void aFanOutThatFailedBeginsAgainWithTheListThatIsReused() throws IOException {
        RunId first = submit();
        mapped(2);
        List<Job> areas = worker.lease(2);
        worker.done(areas.get(0), "out.jsonl", "{}\n");
        worker.fail(areas.get(1));
        assertThat(agents.code(first, "work")).isEqualTo("areas_failed");

        RunId again = dispatch.rerun(first, RerunFrom.FAILED);

        assertThat(dispatch.stage(again, "map").reusedFrom()).isEqualTo(first);
        assertThat(agents.statuses(again)).containsExactly("a0 queued", "a1 queued");
        assertThat(worker.lease(4)).extracting(Job::attempt).containsExactly(1, 1);
    }

    @Test
    void aFanOutThatCannotBeginFailsTheNewRunAtOnce() throws IOException {
        RunId first = submit();
        worker.done(worker.leaseOne(), "areas.json", "{\"areas\":[]}");
        assertThat(agents.code(first, "work")).isEqualTo("areas_invalid");

        RunId again = dispatch.rerun(first, RerunFrom.FAILED);

        assertThat(dispatch.status(again)).isEqualTo("failed");
        assertThat(dispatch.stage(again, "map").reusedFrom()).isEqualTo(first);
    }

    @Test
    void whatIsReusedOutlivesTheRunThatItComesFrom() throws IOException {
        RunId first = submit();
        mapped(1);
        worker.fail(worker.leaseOne());
        RunId second = dispatch.rerun(first, RerunFrom.FAILED);
        dispatch.cancel(second);
        RunId third = dispatch.rerun(second, RerunFrom.FAILED);
        assertThat(dispatch.stage(third, "map").reusedFrom()).as("where it ran").isEqualTo(first);

        delete(first);
        dispatch.clock.advance(Duration.ofHours(2));
        dispatch.rooms.artifacts().sweep(job -> false);

        Artifact list = dispatch.rooms.artifacts().list(third).get(0);
        assertThat(dispatch.rooms.artifacts().open(list.digest().sha256())).isPresent();
        assertThat(dispatch.details(second).run().rerunOf()).isEqualTo(new RerunOf(first, RerunFrom.FAILED));
        assertThat(dispatch.stage(third, "map").reusedFrom()).isEqualTo(first);
        delete(third);
        assertThat(dispatch.details(second).run().reruns()).containsExactly(third);
    }

    @Test
    void aRunThatIsGoneIsNotFound() {
        RunId first = submit();
        dispatch.cancel(first);
        delete(first);

        assertThatThrownBy(() -> dispatch.rerun(first, RerunFrom.START))
                .isInstanceOf(PondException.class)
                .hasMessage("there is no such run");
    }

    private RunId submit() {
        return dispatch.submit(
                "garden",
                TestDispatch.shell("map", "") + "," + TestAreas.agent("work", "p", TestAreas.fanout("jsonl")) + ","
                        + TestDispatch.shell("report", ""));
    }

    private void mapped(int count) {
        worker.done(worker.leaseOne(), "areas.json", areas(count));
    }

    private void delete(RunId run) {
        get(dispatch.rooms.database().change(tx -> {
            tx.update("DELETE FROM runs WHERE id = ?", run);
            dispatch.rooms.artifacts().deleteRun(tx, run);
        }));
    }
}
