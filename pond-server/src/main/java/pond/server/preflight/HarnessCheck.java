package pond.server.preflight;

import java.util.ArrayList;
import java.util.List;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.StageSpec;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;

/** Swarm stages name a harness and a model that an operator registers; this server has no register of them. */
final class HarnessCheck implements Check {
    @Override
    public List<Problem> check(Candidate candidate) {
        List<Problem> problems = new ArrayList<>();
        for (StageSpec stage : candidate.request().definition().stages()) {
            if (stage.executor() instanceof ExecutorSpec.Swarm swarm) {
                problems.add(Problem.of(
                        ProblemCode.HARNESS_UNKNOWN,
                        stage.key(),
                        null,
                        "harness '" + swarm.harness() + "' is not registered on this server"));
                problems.add(Problem.of(
                        ProblemCode.MODEL_UNKNOWN,
                        stage.key(),
                        null,
                        "model '" + swarm.model() + "' is not registered on this server"));
            }
        }
        return problems;
    }
}
