package pond.common.protocol;

import pond.common.definition.Budget;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.ModelSpec;

/**
 * What an agent is started with: intents only. The secrets of the credential that the model names come apart from it, see
 * {@link WorkerProtocol#credential}. Harness and model are as they were when the stage's turn came. {@code toString}
 * leaves out the prompt and what an operator wrote into files.
 *
 * @param prompt as the agent is to get it: whatever an area fills in has been filled in, and nothing more is
 * @param budget what is left of the stage's and the run's, whichever is less; the server watches what jobs use together
 */
public record Invocation(HarnessSpec harness, ModelSpec model, String prompt, Budget budget) {
    @Override
    public String toString() {
        return "Invocation[harness=" + harness.key() + ", model=" + model.key() + ", budget=" + budget + "]";
    }
}
