package pond.worker.broker;

import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pond.common.definition.Budget;

/** What a job's calls used so far, those under way included, held against its budget. Threads may share it. */
final class Spending {
    private final Budget budget;
    private final Consumer<String> exceeded;
    private long tokens;
    private long costMicros;
    private boolean told;

    /** @param exceeded called once, from a thread of a call, when more is used than allowed or more is asked for */
    Spending(Budget budget, Consumer<String> exceeded) {
        this.budget = budget;
        this.exceeded = exceeded;
    }

    /** The part of one call; each report replaces the one before. For one thread. */
    final class Share {
        private long callTokens;
        private long callMicros;

        private Share() {}

        void set(long newTokens, long newMicros) {
            add(newTokens - callTokens, newMicros - callMicros);
            callTokens = newTokens;
            callMicros = newMicros;
        }
    }

    Share share() {
        return new Share();
    }

    /** Why no further call may be made; empty while there is something left. */
    Optional<String> usedUp() {
        Optional<String> reason = reason(0);
        reason.ifPresent(this::tell);
        return reason;
    }

    synchronized long tokens() {
        return tokens;
    }

    synchronized long costMicros() {
        return costMicros;
    }

    private void add(long moreTokens, long moreMicros) {
        synchronized (this) {
            tokens += moreTokens;
            costMicros = sum(costMicros, moreMicros);
        }
        // A call that ends exactly at the limit was within it, so that alone stops nothing.
        reason(1).ifPresent(this::tell);
    }

    /** A price that no number holds is told as the largest; nothing may come after it. */
    private static long sum(long left, long right) {
        long sum = left + right;
        return right > 0 && sum < left ? Long.MAX_VALUE : sum;
    }

    private synchronized Optional<String> reason(long beyond) {
        @Nullable Long mostTokens = budget.maxTokens();
        @Nullable Long mostMicros = budget.maxCostMicros();
        // The difference, since what is left may be the largest number there is.
        if (mostTokens != null && tokens - mostTokens >= beyond) {
            return Optional.of("the budget of " + mostTokens + " tokens is used up (" + tokens + " used)");
        }
        if (mostMicros != null && costMicros - mostMicros >= beyond) {
            return Optional.of("the budget of " + mostMicros + " micro-dollars is used up (" + costMicros + " used)");
        }
        return Optional.empty();
    }

    private void tell(String reason) {
        synchronized (this) {
            if (told) {
                return;
            }
            told = true;
        }
        exceeded.accept(reason);
    }
}
