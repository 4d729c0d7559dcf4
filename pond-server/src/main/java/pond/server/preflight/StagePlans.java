package pond.server.preflight;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import pond.common.api.SubmitRunRequest;
import pond.common.definition.Definition;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.RetrySpec;
import pond.common.definition.StageOrder;
import pond.common.definition.StageSpec;
import pond.common.ids.ProjectId;
import pond.common.json.Json;
import pond.server.harnesses.Harnesses;
import pond.server.stages.Stage;
import pond.server.workers.Needs;
import pond.server.workers.WorkerService;

/** The stages of a run as they will be stored, from its definition. Safe to share. */
final class StagePlans {
    private static final Duration FETCH_TIMEOUT = Duration.ofMinutes(30);
    private static final String ANY_SHELL = "shell";

    private final WorkerService workers;
    private final Harnesses harnesses;
    private final boolean requireSandbox;

    StagePlans(WorkerService workers, Harnesses harnesses, boolean requireSandbox) {
        this.workers = workers;
        this.harnesses = harnesses;
        this.requireSandbox = requireSandbox;
    }

    /** Whether somebody attached could run a shell stage of this project in a sandbox. */
    boolean canConfine(ProjectId project) {
        return workers.canServe(Needs.of(plainShell(), project, true), project);
    }

    private static ExecutorSpec plainShell() {
        return new ExecutorSpec.Shell(List.of(ANY_SHELL), Map.of(), List.of(), null);
    }

    /** All pending, in the order of the definition; the implicit fetch first when the run has sources. */
    List<Stage> plan(SubmitRunRequest request, ProjectId project) {
        Definition definition = request.definition();
        List<Stage> stages = new ArrayList<>();
        if (!request.sources().isEmpty()) {
            stages.add(Stage.pending(fetch(project)));
        }
        int first = stages.size();
        List<String> keys = definition.stages().stream().map(StageSpec::key).toList();
        StageOrder order = StageOrder.of(definition);
        boolean confined = requireSandbox || canConfine(project);
        for (StageSpec stage : definition.stages()) {
            List<Integer> before = new ArrayList<>(order.predecessors(stage.key()).stream()
                    .map(earlier -> first + keys.indexOf(earlier))
                    .toList());
            if (before.isEmpty() && first > 0) {
                before.add(0);
            }
            stages.add(Stage.pending(plan(stage, first + keys.indexOf(stage.key()), before, project, confined)));
        }
        return stages;
    }

    private Stage.Plan plan(StageSpec stage, int position, List<Integer> before, ProjectId project, boolean confined) {
        return new Stage.Plan(
                position,
                stage.key(),
                stage.name(),
                stage.category(),
                stage.executor().kind(),
                Json.write(stage.executor()),
                stage.timeout(),
                Json.write(stage.retry()),
                needs(stage.executor(), project, confined).text(),
                before);
    }

    /** An agent's harness may be registered only later; what its jobs need is asked again when their turn comes. */
    private Needs needs(ExecutorSpec executor, ProjectId project, boolean confined) {
        if (executor instanceof ExecutorSpec.Swarm swarm) {
            return harnesses
                    .find(swarm.harness())
                    .map(harness -> Needs.ofAgent(swarm, project, harness.capability()))
                    .orElseGet(() -> Needs.of(executor, project, confined));
        }
        return Needs.of(executor, project, confined);
    }

    private static Stage.Plan fetch(ProjectId project) {
        ExecutorSpec executor = new ExecutorSpec.Fetch();
        return new Stage.Plan(
                0,
                Definition.FETCH_STAGE,
                "fetch sources",
                null,
                ExecutorKind.FETCH,
                Json.write(executor),
                FETCH_TIMEOUT,
                Json.write(RetrySpec.NONE),
                Needs.of(executor, project, false).text(),
                List.of());
    }
}
