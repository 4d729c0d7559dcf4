package pond.worker.executors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxSpec;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.common.protocol.Receipt.Confinement;
import pond.worker.executors.Executor.Execution;
import pond.worker.executors.ShellVariables.Places;
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

/** Runs a shell stage in a sandbox, or says why it does not; never without one. */
final class ConfinedShell {
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

    ConfinedShell(Bubblewrap bubblewrap, Optional<StageNetwork> network, String workerMark) {
        this.bubblewrap = bubblewrap;
        this.network = network;
        this.workerMark = workerMark;
    }

    /** One stage. */
    private record Stage(
            ExecutionContext context,
            ExecutorSpec.Shell shell,
            @Nullable String asked) {}

    Execution execute(ExecutionContext context, ExecutorSpec.Shell shell) throws IOException, InterruptedException {
        Optional<SandboxSpec> block = shell.sandboxBlock();
        @Nullable String asked = block.map(spec -> spec.profile().toString()).orElse(null);
        Stage stage = new Stage(context, shell, asked);
        try {
            SandboxPolicy policy = block.isPresent()
                    ? SandboxPolicy.of(block.get(), bubblewrap.enforcement())
                    : SandboxPolicy.trusted(bubblewrap.enforcement());
            return policy.network() instanceof Network.Egress egress
                    ? withWay(stage, policy, egress)
                    : run(stage, policy, Optional.empty());
        } catch (SandboxRefusedException e) {
            return new Execution(
                    Outcome.failed(e.code(), String.valueOf(e.getMessage()), null),
                    Receipt.of(new Confinement(asked, null, null, List.of())));
        }
    }

    private Execution withWay(Stage stage, SandboxPolicy policy, Network.Egress egress)
            throws IOException, InterruptedException, SandboxRefusedException {
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
            throws IOException, InterruptedException, SandboxRefusedException {
        ExecutionContext context = stage.context();
        StageFolders folders = folders(context, policy, way);
        JobMark mark = JobMark.next(workerMark);
        Map<String, String> more = new LinkedHashMap<>(FOR_PROGRAMS);
        way.ifPresent(open -> more.putAll(open.variables()));
        Command command;
        try {
            command = new Command(
                    way.isPresent()
                            ? way.get().wrap(stage.shell().argv())
                            : stage.shell().argv(),
                    Path.of(SandboxPaths.SOURCE),
                    ShellVariables.of(context.job(), stage.shell(), mark, Places.CONFINED, more),
                    SecretVariables.in(stage.shell().env()));
        } catch (IllegalArgumentException e) {
            return new Execution(
                    startFailed(stage, String.valueOf(e.getMessage())),
                    Receipt.of(confinement(stage, policy, List.of())));
        }
        if (context.stop().isSet()) {
            return new Execution(
                    Outcome.cancelled(), Receipt.of(new Confinement(stage.asked(), null, null, List.of())));
        }
        ConfinedProcess process = bubblewrap.sandbox(policy, folders).start(command, ProcessRun.sink(context));
        Ended ended = ProcessRun.await(process, context);
        List<String> refused =
                new ArrayList<>(way.map(StageNetwork.Way::refused).orElseGet(List::of));
        return new Execution(
                outcome(stage, process, ended),
                ProcessRun.receipt(confinement(stage, policy, process.limits()), ended, refused));
    }

    private static StageFolders folders(ExecutionContext context, SandboxPolicy policy, Optional<StageNetwork.Way> way)
            throws IOException, InterruptedException {
        StageFolders folders = new StageFolders(
                ConfinedCheckout.of(context, policy.checkout()),
                context.output(),
                context.inputs(),
                context.inputsByStage(),
                context.home(),
                context.temp());
        return way.isPresent() ? folders.withEgress(way.get().socket()) : folders;
    }

    private static Confinement confinement(Stage stage, SandboxPolicy policy, List<String> limits) {
        return new Confinement(stage.asked(), policy.profile().toString(), SandboxPolicy.BACKEND, limits);
    }

    private static Outcome outcome(Stage stage, ConfinedProcess process, Ended ended) {
        if (process.setupFailure().isPresent()) {
            return Outcome.failed(
                    "sandbox_unavailable", process.setupFailure().get().text(), null);
        }
        if (ended.status() instanceof ExitStatus.CouldNotStart start) {
            return startFailed(stage, start.reason());
        }
        return process.overLimit()
                .map(why -> Outcome.failed("killed", why, null).withKillConfirmed(ended.killConfirmed()))
                .orElseGet(() -> ProcessRun.outcome(ended));
    }

    private static Outcome startFailed(Stage stage, String reason) {
        String program =
                stage.shell().argv().isEmpty() ? "" : stage.shell().argv().get(0);
        String message = "could not start '" + program + "': " + reason;
        return Outcome.failed(
                "start_failed", SecretVariables.in(stage.shell().env()).mask(message), null);
    }
}
