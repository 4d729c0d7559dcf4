package pond.worker.executors;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.definition.ExecutorSpec;
import pond.common.protocol.Invocation;
import pond.common.protocol.Outcome;
import pond.common.protocol.UsageRecord;
import pond.worker.broker.UsageSink;
import pond.worker.executors.swarm.Launch;
import pond.worker.executors.swarm.SwarmFailure;
import pond.worker.executors.swarm.Transcript;
import pond.worker.executors.swarm.Vigil;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.Input;
import pond.worker.sandbox.OutputSink;
import pond.worker.sandbox.SandboxedProcess;

/** One agent at work: started, listened to, and ended when it is silent or its budget is used up. */
final class AgentWork implements ConfinedWork, UsageSink {
    /** How long an agent whose budget is used up may take to end by itself, on the refusals that it meets. */
    private static final Duration AFTER_BUDGET = Duration.ofSeconds(10);

    private final ExecutionContext context;
    private final ExecutorSpec.Swarm stage;
    private final Invocation invocation;
    private final String path;
    private final Transcript transcript = new Transcript();
    private final Vigil vigil;
    private ModelDoors.@Nullable Opened door;
    private Optional<SwarmFailure> stopped = Optional.empty();
    private volatile @Nullable BudgetEnd budgetEnd;

    /** @param at as of System.nanoTime */
    private record BudgetEnd(String reason, long at) {}

    /** @param path where its program is looked for */
    AgentWork(ExecutionContext context, ExecutorSpec.Swarm stage, Invocation invocation, String path) {
        this.path = path;
        this.context = context;
        this.stage = stage;
        this.invocation = invocation;
        this.vigil = new Vigil(Vigil.Patience.of(stage));
    }

    /** Tells it its door; once, before it is started. */
    void through(ModelDoors.Opened opened) {
        door = opened;
    }

    private ModelDoors.Opened door() {
        ModelDoors.Opened opened = door;
        if (opened == null) {
            throw new IllegalStateException("an agent without a door");
        }
        return opened;
    }

    @Override
    public Task task() throws IOException, SwarmFailure {
        Launch launch = new Launch(invocation, ModelDoors.URL, door().door().dummyKey());
        launch.layOut(context.home());
        Input input;
        try {
            input = Input.of(launch.input());
        } catch (IllegalArgumentException e) {
            throw new SwarmFailure("harness_invalid", "the prompt: " + e.getMessage());
        }
        return new Task(
                door().wrap(launch.command()),
                launch.env(),
                Map.of("TERM", "dumb", "PATH", path),
                input,
                Optional.of(door().door().socket()),
                true);
    }

    @Override
    public OutputSink sink() {
        OutputSink log = ProcessRun.sink(context);
        return new OutputSink() {
            @Override
            public void line(Stream stream, String text) {
                vigil.line(System.nanoTime());
                log.line(stream, text);
            }

            @Override
            public void bytes(Stream stream, byte[] buffer, int from, int count) {
                if (stream == Stream.STDOUT) {
                    transcript.add(buffer, from, count);
                }
            }
        };
    }

    @Override
    public void record(UsageRecord call) {
        context.usage(call);
    }

    @Override
    public void budgetExceeded(String reason) {
        budgetEnd = new BudgetEnd(reason, System.nanoTime());
    }

    @Override
    public ProcessRun.Watcher watcher() {
        vigil.begin(System.nanoTime());
        return this::watch;
    }

    private void watch(SandboxedProcess process) {
        long now = System.nanoTime();
        BudgetEnd end = budgetEnd;
        boolean overdue = end != null && now - end.at() > AFTER_BUDGET.toNanos();
        if (stopped.isEmpty()) {
            stopped = vigil.end(now, door().door().lastByte());
            if (stopped.isPresent() || overdue) {
                process.stop(context.grace());
            }
        }
    }

    /** The door is shut first: answers under way are read to their end, so every call is counted by then. */
    @Override
    public Outcome outcome(Ended ended) throws IOException, InterruptedException {
        door().door().close();
        BudgetEnd end = budgetEnd;
        Outcome outcome;
        if (context.stop().isSet()) {
            outcome = ProcessRun.outcome(ended);
        } else if (!ended.killConfirmed()) {
            // What still runs could change what is looked at, so nothing of it is looked at.
            outcome = Outcome.failed("agent_failed", "not all of the agent's processes are known to have ended", null);
        } else if (end != null) {
            outcome = Outcome.failed("budget_exceeded", end.reason(), null);
        } else if (stopped.isPresent()) {
            outcome = Outcome.failed(
                    stopped.get().code(), withTrouble(stopped.get().text()), null);
        } else {
            outcome = new AgentEnd(context, stage, invocation, door().door().trouble())
                    .outcome(transcript, ended, door().door().lastByte().isPresent());
        }
        return outcome.withKillConfirmed(ended.killConfirmed());
    }

    private String withTrouble(String text) {
        return text + door().door().trouble().map(words -> "; " + words).orElse("");
    }

    @Override
    public Outcome notStarted(String reason) {
        return Outcome.failed(
                "harness_missing",
                "the agent of harness '" + invocation.harness().key() + "' could not be started: " + reason,
                null);
    }
}
