package pond.server.dispatch;

import org.jspecify.annotations.Nullable;
import pond.common.definition.Budget;
import pond.common.definition.ExecutorSpec;
import pond.common.protocol.Invocation;
import pond.server.db.Tx;
import pond.server.stages.Stage;
import pond.server.swarm.AreaPrompt;
import pond.server.swarm.BudgetsLeft;
import pond.server.swarm.FrozenInvocation;
import pond.server.swarm.FrozenInvocations;
import pond.server.swarm.Substages;

/** What the agent of a job that is being leased is started with. Runs on the writer's thread. */
final class Invocations {
    private final BudgetsLeft budgets;
    private final FrozenInvocations frozen = new FrozenInvocations();
    private final Substages substages = new Substages();

    Invocations(BudgetsLeft budgets) {
        this.budgets = budgets;
    }

    /** Null for a stage of another kind. */
    @Nullable
    Invocation of(Tx tx, JobRow job, Stage stage) {
        if (!(stage.plan().executor() instanceof ExecutorSpec.Swarm swarm)) {
            return null;
        }
        FrozenInvocation invocation = frozen.find(tx, job.run(), job.position())
                .orElseThrow(() -> new IllegalStateException("job " + job.id() + " was queued before its turn"));
        Budget left = tighter(swarm.budget(), budgets.of(tx, job.run(), job.position()));
        return new Invocation(invocation.harness(), invocation.model(), prompt(tx, job, swarm.prompt()), left);
    }

    private String prompt(Tx tx, JobRow job, String text) {
        String key = job.substage();
        return key == null
                ? text
                : new AreaPrompt(text)
                        .fill(substages
                                .find(tx, job.run(), job.position(), key)
                                .orElseThrow()
                                .area());
    }

    private static Budget tighter(@Nullable Budget own, Budget left) {
        return own == null
                ? left
                : new Budget(less(own.maxCostMicros(), left.maxCostMicros()), less(own.maxTokens(), left.maxTokens()));
    }

    private static @Nullable Long less(@Nullable Long one, @Nullable Long other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return Math.min(one, other);
    }
}
