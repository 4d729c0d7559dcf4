package pond.server.preflight;

import java.util.ArrayList;
import java.util.List;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.StageSpec;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;
import pond.server.harnesses.Harnesses;
import pond.server.models.Models;

/** Swarm stages that name a harness or a model that nobody has registered; somebody may before their turn comes. */
final class HarnessCheck implements Check {
    private final Harnesses harnesses;
    private final Models models;

    HarnessCheck(Harnesses harnesses, Models models) {
        this.harnesses = harnesses;
        this.models = models;
    }

    @Override
    public List<Problem> check(Candidate candidate) {
        List<Problem> problems = new ArrayList<>();
        for (StageSpec stage : candidate.request().definition().stages()) {
            if (stage.executor() instanceof ExecutorSpec.Swarm swarm) {
                if (!harnesses.exists(swarm.harness())) {
                    problems.add(unknown(ProblemCode.HARNESS_UNKNOWN, stage, "harness", swarm.harness()));
                }
                if (models.find(swarm.model()).isEmpty()) {
                    problems.add(unknown(ProblemCode.MODEL_UNKNOWN, stage, "model", swarm.model()));
                }
            }
        }
        return problems;
    }

    private static Problem unknown(ProblemCode code, StageSpec stage, String what, String key) {
        return Problem.of(
                code,
                stage.key(),
                null,
                what + " '" + key + "' is not registered on this server; an operator must register it before the stage"
                        + " is dispatched");
    }
}
