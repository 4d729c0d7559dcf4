package pond.worker.broker;

import java.util.Map;
import java.util.Set;
import pond.common.definition.Budget;
import pond.common.swarm.RateCard;

/**
 * What the broker is told about a job.
 *
 * @param provider by name
 * @param env the credential's variables; the provider's base address may be among them
 * @param secrets the credential's secrets by name; never printed
 * @param models the only models that may be asked for; empty: any
 * @param rateCard the prices that the budget's costs are counted by
 */
public record BrokerJob(
        String provider,
        Map<String, String> env,
        Map<String, String> secrets,
        Set<String> models,
        Budget budget,
        RateCard rateCard,
        BrokerLimits limits) {
    public BrokerJob {
        env = Map.copyOf(env);
        secrets = Map.copyOf(secrets);
        models = Set.copyOf(models);
    }

    @Override
    public String toString() {
        return "BrokerJob[" + provider + ", " + secrets.size() + " secrets hidden]";
    }
}
