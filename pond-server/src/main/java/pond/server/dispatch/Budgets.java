package pond.server.dispatch;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pond.common.definition.Budget;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec.Swarm;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.server.db.Tx;
import pond.server.runs.RunService;
import pond.server.stages.Stage;
import pond.server.stages.StageService;
import pond.server.swarm.BudgetsLeft;
import pond.server.usage.Spent;
import pond.server.usage.UsageService;
import pond.server.workers.Needs;

/**
 * Budgets of stages and runs against what their model calls used. Who is over budget is added up from the records with
 * every question and stored nowhere, so it cannot be out of step with them, and is the same after a restart. Safe to share.
 */
public final class Budgets implements BudgetsLeft {
    private final RunService runs;
    private final StageService stages;
    private final UsageService usage;
    private final JobStore jobs = new JobStore();

    public Budgets(RunService runs, StageService stages, UsageService usage) {
        this.runs = runs;
        this.stages = stages;
        this.usage = usage;
    }

    /** What is left, below 0 when too much was used; null is no bound. */
    private record Rest(@Nullable Long costMicros, @Nullable Long tokens) {
        static Rest of(Budget budget, Spent spent) {
            Long cost = budget.maxCostMicros();
            Long tokens = budget.maxTokens();
            return new Rest(
                    cost == null ? null : Long.valueOf(cost - spent.costMicros()),
                    tokens == null ? null : Long.valueOf(tokens - spent.tokens()));
        }

        Rest orLess(Rest other) {
            return new Rest(less(costMicros, other.costMicros), less(tokens, other.tokens));
        }

        /** A cost may come to the last micro-dollar of a budget: a call that costs nothing is still within it. */
        boolean isOver() {
            return (costMicros != null && costMicros < 0) || (tokens != null && tokens <= 0);
        }

        private static @Nullable Long less(@Nullable Long one, @Nullable Long other) {
            if (one == null || other == null) {
                return one == null ? other : one;
            }
            return Math.min(one, other);
        }
    }

    @Override
    public Budget of(Tx tx, RunId run, int position) {
        Rest rest = rest(tx, run, StageGraph.at(stages.list(tx, run), position));
        return new Budget(orNothing(rest.costMicros()), orNothing(rest.tokens()));
    }

    private static @Nullable Long orNothing(@Nullable Long rest) {
        return rest == null ? null : Long.valueOf(Math.max(0, rest));
    }

    /** Whose jobs of a run are to end, since their stage or the run has used more than it may. */
    Set<WorkerId> listWorkersOver(Tx tx, RunId run) {
        Set<WorkerId> workers = new HashSet<>();
        for (Stage stage : stages.list(tx, run)) {
            if (stage.plan().kind() == ExecutorKind.SWARM
                    && !stage.status().isTerminal()
                    && rest(tx, run, stage).isOver()) {
                jobs.listLive(tx, run, stage.position()).forEach(job -> {
                    WorkerId worker = job.worker();
                    if (worker != null) {
                        workers.add(worker);
                    }
                });
            }
        }
        return workers;
    }

    /** A stage of one run; two runs of one definition have plans that are equal. */
    private record Place(RunId run, int position) {}

    /** Those of some jobs whose stage or run has used more than it may. */
    Set<JobId> listOver(Tx tx, Collection<JobRow> held) {
        Map<RunId, List<Stage>> known = new HashMap<>();
        Map<Place, Boolean> over = new HashMap<>();
        Set<JobId> found = new HashSet<>();
        for (JobRow job : held) {
            if (job.status() == JobRow.Status.LEASED && Needs.parse(job.needs()).kind() == ExecutorKind.SWARM) {
                Stage stage =
                        StageGraph.at(known.computeIfAbsent(job.run(), run -> stages.list(tx, run)), job.position());
                if (over.computeIfAbsent(
                        new Place(job.run(), job.position()),
                        place -> rest(tx, place.run(), stage).isOver())) {
                    found.add(job.id());
                }
            }
        }
        return found;
    }

    private Rest rest(Tx tx, RunId run, Stage stage) {
        Rest unbounded = new Rest(null, null);
        Rest ofRun = runs.findBudget(tx, run)
                .map(budget -> Rest.of(budget, usage.spent(tx, run)))
                .orElse(unbounded);
        Rest ofStage = budget(stage)
                .map(budget -> Rest.of(budget, usage.spent(tx, run, stage.plan().key())))
                .orElse(unbounded);
        return ofRun.orLess(ofStage);
    }

    private static Optional<Budget> budget(Stage stage) {
        return stage.plan().kind() == ExecutorKind.SWARM && stage.plan().executor() instanceof Swarm swarm
                ? Optional.ofNullable(swarm.budget())
                : Optional.empty();
    }
}
