package pond.worker.broker;

import java.util.OptionalLong;

/**
 * What one job may use.
 *
 * @param maxTokens of all kinds together
 * @param maxCostMicros in millionths of a US dollar; calls without a known price do not count here
 */
public record BrokerBudget(OptionalLong maxTokens, OptionalLong maxCostMicros) {
    public static final BrokerBudget UNLIMITED = new BrokerBudget(OptionalLong.empty(), OptionalLong.empty());

    public BrokerBudget {
        if (maxTokens.orElse(0) < 0 || maxCostMicros.orElse(0) < 0) {
            throw new IllegalArgumentException("a budget is not negative");
        }
    }
}
