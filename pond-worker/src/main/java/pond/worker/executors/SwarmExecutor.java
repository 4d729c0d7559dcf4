package pond.worker.executors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.definition.Budget;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxProfile;
import pond.common.protocol.Invocation;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.Refusal;
import pond.common.swarm.Provider;
import pond.worker.broker.BrokerJob;
import pond.worker.broker.BrokerLimits;
import pond.worker.broker.BrokerRefused;
import pond.worker.executors.swarm.Launch;
import pond.worker.executors.swarm.SwarmFailure;

/**
 * Runs an AI agent: in a sandbox, with the broker as its only way to its model. The credential is asked for first and goes
 * no further than the broker; then come the broker's door, the agent's HOME and its sandbox. Each step that fails has a
 * name of its own, the code of the outcome's error.
 */
public final class SwarmExecutor implements Executor {
    private final ConfinedStage confined;
    private final ModelDoors doors;
    private final String path;

    /**
     * @param workerMark that of the worker, by which its processes are found again
     * @param tools folders that the sandboxes show beside the system's: agents' programs are looked for there first
     */
    public SwarmExecutor(StageSandboxes sandboxes, ModelDoors doors, String workerMark, List<Path> tools) {
        this.path = Stream.concat(
                        tools.stream()
                                .flatMap(tool -> Stream.of(tool.resolve("bin"), tool))
                                .map(Path::toString),
                        Stream.of(ShellExecutor.PATH))
                .collect(Collectors.joining(":"));
        this.confined = new ConfinedStage(sandboxes.bubblewrap().orElseThrow(), sandboxes.network(), workerMark);
        this.doors = doors;
    }

    @Override
    public ExecutorKind kind() {
        return ExecutorKind.SWARM;
    }

    @Override
    public Execution execute(ExecutionContext context) throws IOException, InterruptedException {
        ExecutorSpec.Swarm stage = (ExecutorSpec.Swarm) context.job().executor();
        String asked = stage.sandbox().profile().toString();
        try {
            return run(context, stage);
        } catch (SwarmFailure e) {
            return ConfinedStage.refused(asked, e.code(), e.text());
        }
    }

    private Execution run(ExecutionContext context, ExecutorSpec.Swarm stage)
            throws IOException, InterruptedException, SwarmFailure {
        Invocation invocation = checked(context, stage);
        ProviderCredential credential = credential(context);
        AgentWork work = new AgentWork(context, stage, invocation, path);
        BrokerJob job = new BrokerJob(
                invocation.model().provider(),
                credential.env(),
                credential.secrets(),
                // The price is that of this model, so no other is let through.
                Set.of(invocation.model().modelId()),
                invocation.budget(),
                invocation.model().rates(),
                BrokerLimits.DEFAULT);
        try (ModelDoors.Opened door = doors.open(job, work, line -> context.line(LogStream.SYSTEM, line))) {
            work.through(door);
            return confined.run(context, stage.sandboxBlock(), work);
        } catch (BrokerRefused e) {
            throw new SwarmFailure("broker_refused", String.valueOf(e.getMessage()));
        }
    }

    /** Whatever can be known to fail is refused before a secret is asked for. */
    private static Invocation checked(ExecutionContext context, ExecutorSpec.Swarm stage) throws SwarmFailure {
        SandboxProfile profile = stage.sandbox().profile();
        if (profile == SandboxProfile.NONE || profile == SandboxProfile.TRUSTED_CODE) {
            throw new SwarmFailure(
                    "sandbox_invalid",
                    "an agent runs as untrusted-code-read or untrusted-code-write, not as '" + profile + "'");
        }
        @Nullable Invocation invocation = context.job().invocation();
        if (invocation == null) {
            throw new SwarmFailure("harness_invalid", "the job does not say how its agent is started");
        }
        Launch.requireConfinable(invocation.harness());
        String provider = invocation.model().provider();
        if (Provider.of(provider).isEmpty()) {
            throw new SwarmFailure(
                    "broker_refused",
                    "provider '" + provider + "' cannot be brokered, so no confined agent can use it");
        }
        if (isUsedUp(invocation.budget())) {
            throw new SwarmFailure("budget_exceeded", "nothing is left of the budget, so the agent was not started");
        }
        return invocation;
    }

    private static boolean isUsedUp(Budget budget) {
        @Nullable Long tokens = budget.maxTokens();
        @Nullable Long micros = budget.maxCostMicros();
        return (tokens != null && tokens == 0) || (micros != null && micros == 0);
    }

    private static ProviderCredential credential(ExecutionContext context)
            throws IOException, InterruptedException, SwarmFailure {
        try {
            return context.credential();
        } catch (ProtocolException e) {
            if (e.refusal() == Refusal.CREDENTIAL_MISSING) {
                throw new SwarmFailure("credential_missing", String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }
}
