package pond.worker.executors;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.common.protocol.Receipt.Confinement;
import pond.worker.executors.ShellVariables.Places;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.Sandbox;
import pond.worker.sandbox.bubblewrap.Bubblewrap;

/**
 * Runs a command in the stage's checkout. A stage that names a profile runs in a sandbox of that profile or not at all;
 * one that says nothing runs as {@code trusted-code} where this worker has sandboxes, else as a plain subprocess; one that
 * asks for {@code none} is a plain subprocess, where that is allowed.
 */
public final class ShellExecutor implements Executor {
    /** The {@code PATH} of a stage that sets none, as Debian's root has it: a stage finds what the machine has installed. */
    public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final String PLAIN = "plain";

    private final Sandbox plain;
    private final String workerMark;
    private final StageSandboxes sandboxes;

    /** Without sandboxes. The mark is that of the worker, by which its processes are found again; see {@link JobMark}. */
    public ShellExecutor(Sandbox plain, String workerMark) {
        this(plain, workerMark, StageSandboxes.none());
    }

    /**
     * With what the worker has to run stages in.
     *
     * @param plain starts those that run without a sandbox
     */
    public ShellExecutor(Sandbox plain, String workerMark, StageSandboxes sandboxes) {
        this.plain = plain;
        this.workerMark = workerMark;
        this.sandboxes = sandboxes;
    }

    @Override
    public ExecutorKind kind() {
        return ExecutorKind.SHELL;
    }

    @Override
    public Execution execute(ExecutionContext context) throws IOException, InterruptedException {
        ExecutorSpec.Shell shell = (ExecutorSpec.Shell) context.job().executor();
        Optional<SandboxProfile> asked = shell.sandboxBlock().map(SandboxSpec::profile);
        if (asked.filter(SandboxProfile.NONE::equals).isPresent()) {
            return unconfined(context, shell);
        }
        Optional<Bubblewrap> bubblewrap = sandboxes.bubblewrap();
        if (bubblewrap.isPresent() && (asked.isPresent() || bubblewrap.get().offered())) {
            return new ConfinedShell(new ConfinedStage(bubblewrap.get(), sandboxes.network(), workerMark))
                    .execute(context, shell);
        }
        return asked.isPresent()
                ? refused(
                        asked.get().toString(),
                        "sandbox_unavailable",
                        "the stage asks for the profile '" + asked.get() + "', and this worker has no sandbox for it")
                : unconfined(context, shell);
    }

    /** That a stage would run plain was said to its caller when it was submitted, in the answer and in the log. */
    private Execution unconfined(ExecutionContext context, ExecutorSpec.Shell shell)
            throws IOException, InterruptedException {
        @Nullable
        String asked =
                shell.sandboxBlock().map(block -> block.profile().toString()).orElse(null);
        if (!sandboxes.plainAllowed()) {
            return refused(asked, "sandbox_required", "this worker runs no stage without a sandbox");
        }
        Command command;
        try {
            Places places = new Places(
                    context.output().toString(),
                    context.inputs().toString(),
                    context.inputsByStage().toString(),
                    context.home().toString(),
                    context.temp().toString());
            command = new Command(
                    shell.argv(),
                    context.checkout(),
                    ShellVariables.of(context.job(), shell.env(), JobMark.next(workerMark), places, Map.of()),
                    SecretVariables.in(shell.env()));
        } catch (IllegalArgumentException e) {
            return notStarted(asked, shell, String.valueOf(e.getMessage()));
        }
        if (context.stop().isSet()) {
            return new Execution(Outcome.cancelled(), Receipt.of(new Confinement(asked, null, null, List.of())));
        }
        Ended ended = ProcessRun.await(plain.start(command, ProcessRun.sink(context)), context);
        return ended.status() instanceof ExitStatus.CouldNotStart start
                ? notStarted(asked, shell, start.reason())
                : new Execution(
                        ProcessRun.outcome(ended),
                        ProcessRun.receipt(new Confinement(asked, PLAIN, null, List.of()), ended, List.of()));
    }

    private static Execution refused(@Nullable String asked, String code, String message) {
        return new Execution(
                Outcome.failed(code, message, null), Receipt.of(new Confinement(asked, null, null, List.of())));
    }

    private static Execution notStarted(@Nullable String asked, ExecutorSpec.Shell shell, String reason) {
        String program = shell.argv().isEmpty() ? "" : shell.argv().get(0);
        String message = "could not start '" + program + "': " + reason;
        return new Execution(
                Outcome.failed("start_failed", SecretVariables.in(shell.env()).mask(message), null),
                Receipt.of(new Confinement(asked, PLAIN, null, List.of())));
    }
}
