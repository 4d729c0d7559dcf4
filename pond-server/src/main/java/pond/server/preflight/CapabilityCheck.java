package pond.server.preflight;

import java.util.List;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.ids.ProjectId;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;
import pond.server.harnesses.Harnesses;
import pond.server.stages.Stage;
import pond.server.workers.Needs;
import pond.server.workers.WorkerService;

/** Stages that nobody attached could run now; someone may attach before the run gets there. */
final class CapabilityCheck implements Check {
    private final WorkerService workers;
    private final Harnesses harnesses;

    CapabilityCheck(WorkerService workers, Harnesses harnesses) {
        this.workers = workers;
        this.harnesses = harnesses;
    }

    @Override
    public List<Problem> check(Candidate candidate) {
        ProjectId project = candidate.project();
        return candidate.stages().stream()
                .filter(this::isKnown)
                .filter(stage -> !workers.canServe(needs(stage), project))
                .map(stage -> Problem.of(
                        ProblemCode.NO_CAPABLE_WORKER,
                        stage.plan().key(),
                        null,
                        workers.whyNobody(needs(stage), project)))
                .toList();
    }

    /** What an unknown harness needs is unknown as well; {@link HarnessCheck} has said so. */
    private boolean isKnown(Stage stage) {
        return stage.plan().kind() != ExecutorKind.SWARM
                || !(stage.plan().executor() instanceof ExecutorSpec.Swarm swarm)
                || harnesses.exists(swarm.harness());
    }

    private static Needs needs(Stage stage) {
        return Needs.parse(stage.plan().needs());
    }
}
