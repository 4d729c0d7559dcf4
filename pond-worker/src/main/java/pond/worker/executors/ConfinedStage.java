package pond.worker.executors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.definition.SandboxSpec;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.common.protocol.Receipt.Confinement;
import pond.worker.executors.ConfinedWork.Task;
import pond.worker.executors.Executor.Execution;
import pond.worker.executors.ShellVariables.Places;
import pond.worker.executors.swarm.SwarmFailure;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.bubblewrap.Bubblewrap;
import pond.worker.sandbox.bubblewrap.ConfinedProcess;
import pond.worker.sandbox.bubblewrap.Network;
import pond.worker.sandbox.bubblewrap.SandboxPaths;
import pond.worker.sandbox.bubblewrap.SandboxPolicy;
import pond.worker.sandbox.bubblewrap.SandboxRefusedException;
import pond.worker.sandbox.bubblewrap.StageFolders;

/**
 * Runs a stage of any kind in a sandbox, or says why it does not; never without one. It makes the policy, the folders and
 * the way to the network; the {@link ConfinedWork} says what runs. Holds no state of a stage.
 */
final class ConfinedStage {
    /** Git refuses a checkout that another user owns; inside, everything is the stage's own matter. */
    private static final Map<String, String> FOR_PROGRAMS = Map.of(
            "USER", "agent",
            "SHELL", "/bin/sh",
            "GIT_CONFIG_COUNT", "1",
            "GIT_CONFIG_KEY_0", "safe.directory",
            "GIT_CONFIG_VALUE_0", "*");

    private final Bubblewrap bubblewrap;
    private final Optional<StageNetwork> network;
    private final String workerMark;

    ConfinedStage(Bubblewrap bubblewrap, Optional<StageNetwork> network, String workerMark) {
        this.bubblewrap = bubblewrap;
        this.network = network;
        this.workerMark = workerMark;
    }

    /** One stage. */
    private record Stage(
            ExecutionContext context,
            ConfinedWork work,
            @Nullable String asked) {}

    /** Runs it to its end; without a block it is trusted code. */
    Execution run(ExecutionContext context, Optional<SandboxSpec> block, ConfinedWork work)
            throws IOException, InterruptedException {
        @Nullable String asked = block.map(spec -> spec.profile().toString()).orElse(null);
        Stage stage = new Stage(context, work, asked);
        try {
            SandboxPolicy policy = block.isPresent()
                    ? SandboxPolicy.of(block.get(), bubblewrap.enforcement())
                    : SandboxPolicy.trusted(bubblewrap.enforcement());
            return policy.network() instanceof Network.Egress egress
                    ? withWay(stage, policy, egress)
                    : run(stage, policy, Optional.empty());
        } catch (SandboxRefusedException e) {
            return refused(asked, e.code(), String.valueOf(e.getMessage()));
        } catch (SwarmFailure e) {
            return refused(asked, e.code(), e.text());
        }
    }

    /** The end of a stage of which nothing ran. */
    static Execution refused(@Nullable String asked, String code, String message) {
        return new Execution(Outcome.failed(code, message, null), nothingRan(asked));
    }

    private static Receipt nothingRan(@Nullable String asked) {
        return Receipt.of(new Confinement(asked, null, null, List.of()));
    }

    private Execution withWay(Stage stage, SandboxPolicy policy, Network.Egress egress)
            throws IOException, InterruptedException, SandboxRefusedException, SwarmFailure {
        if (network.isEmpty()) {
            if (!egress.allowHosts().isEmpty()) {
                throw new SandboxRefusedException(
                        "sandbox_unavailable", "this worker has no way to the network for a stage with allow_hosts");
            }
            return run(stage, policy, Optional.empty());
        }
        ExecutionContext context = stage.context();
        StageNetwork.Way way;
        try {
            way = network.get().open(egress.allowHosts(), context.home(), line -> context.line(LogStream.SYSTEM, line));
        } catch (IllegalArgumentException e) {
            throw new SandboxRefusedException("sandbox_invalid", "allow_hosts: " + e.getMessage());
        }
        try (way) {
            return run(stage, policy, Optional.of(way));
        }
    }

    private Execution run(Stage stage, SandboxPolicy policy, Optional<StageNetwork.Way> way)
            throws IOException, InterruptedException, SandboxRefusedException, SwarmFailure {
        ExecutionContext context = stage.context();
        Task task = stage.work().task();
        StageFolders folders = folders(context, policy, task, way);
        Command command;
        try {
            command = command(context, task, way);
        } catch (IllegalArgumentException e) {
            return new Execution(
                    stage.work().notStarted(String.valueOf(e.getMessage())),
                    Receipt.of(confinement(stage, policy, List.of())));
        }
        if (context.stop().isSet()) {
            return new Execution(Outcome.cancelled(), nothingRan(stage.asked()));
        }
        ConfinedProcess process =
                bubblewrap.sandbox(policy, folders).start(command, stage.work().sink());
        Ended ended = ProcessRun.await(process, context, stage.work().watcher());
        List<String> refused = way.map(StageNetwork.Way::refused).orElseGet(List::of);
        return new Execution(
                outcome(stage.work(), process, ended),
                ProcessRun.receipt(confinement(stage, policy, process.limits()), ended, refused));
    }

    private Command command(ExecutionContext context, Task task, Optional<StageNetwork.Way> way) {
        Map<String, String> more = new LinkedHashMap<>(FOR_PROGRAMS);
        more.putAll(task.more());
        way.ifPresent(open -> more.putAll(open.variables()));
        return new Command(
                way.isPresent() ? way.get().wrap(task.argv()) : task.argv(),
                Path.of(SandboxPaths.SOURCE),
                ShellVariables.of(context.job(), task.env(), JobMark.next(workerMark), Places.CONFINED, more),
                SecretVariables.in(task.env()),
                task.input());
    }

    private static StageFolders folders(
            ExecutionContext context, SandboxPolicy policy, Task task, Optional<StageNetwork.Way> way)
            throws IOException, InterruptedException {
        StageFolders folders = new StageFolders(
                ConfinedCheckout.of(context, policy.checkout()),
                context.output(),
                context.inputs(),
                context.inputsByStage(),
                context.home(),
                context.temp());
        folders = way.isPresent() ? folders.withEgress(way.get().socket()) : folders;
        folders = task.broker().isPresent() ? folders.withBroker(task.broker().get()) : folders;
        return task.homeFilled() ? folders.withHomeFilled() : folders;
    }

    private static Confinement confinement(Stage stage, SandboxPolicy policy, List<String> limits) {
        return new Confinement(stage.asked(), policy.profile().toString(), SandboxPolicy.BACKEND, limits);
    }

    private static Outcome outcome(ConfinedWork work, ConfinedProcess process, Ended ended)
            throws IOException, InterruptedException {
        if (process.setupFailure().isPresent()) {
            return Outcome.failed(
                    "sandbox_unavailable", process.setupFailure().get().text(), null);
        }
        if (ended.status() instanceof ExitStatus.CouldNotStart start) {
            return work.notStarted(start.reason());
        }
        Optional<String> overLimit = process.overLimit();
        return overLimit.isPresent()
                ? Outcome.failed("killed", overLimit.get(), null).withKillConfirmed(ended.killConfirmed())
                : work.outcome(ended);
    }
}
