package pond.server.preflight;

import java.util.List;
import pond.common.ids.ProjectId;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;
import pond.server.stages.Stage;
import pond.server.workers.Needs;
import pond.server.workers.WorkerService;

/** Stages that nobody attached could run now; someone may attach before the run gets there. */
final class CapabilityCheck implements Check {
    private final WorkerService workers;

    CapabilityCheck(WorkerService workers) {
        this.workers = workers;
    }

    @Override
    public List<Problem> check(Candidate candidate) {
        ProjectId project = candidate.project();
        return candidate.stages().stream()
                .filter(stage -> !workers.canServe(needs(stage), project))
                .map(stage -> Problem.of(
                        ProblemCode.NO_CAPABLE_WORKER,
                        stage.plan().key(),
                        null,
                        workers.whyNobody(needs(stage), project)))
                .toList();
    }

    private static Needs needs(Stage stage) {
        return Needs.parse(stage.plan().needs());
    }
}
