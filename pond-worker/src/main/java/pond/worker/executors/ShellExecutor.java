package pond.worker.executors;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.common.protocol.Receipt.Confinement;
import pond.worker.sandbox.ChildEnvironment;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.OutputSink;
import pond.worker.sandbox.Sandbox;
import pond.worker.sandbox.SandboxedProcess;

/**
 * Runs a command in the stage's checkout, as a plain subprocess. A stage that names a profile other than {@code none} is
 * refused: this executor has nothing to confine it with, and a profile that was asked for never degrades.
 */
public final class ShellExecutor implements Executor {
    /** The {@code PATH} of a stage that sets none, as Debian's root has it: a stage finds what the machine has installed. */
    public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final Logger LOG = LoggerFactory.getLogger(ShellExecutor.class);
    /** The runtime ends a stage that takes too long; past this it has not, and the process is ended here. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final String PLAIN = "plain";

    private final Sandbox sandbox;
    private final String workerMark;

    /** The mark is that of the worker, by which its processes are found again; see {@link JobMark}. */
    public ShellExecutor(Sandbox sandbox, String workerMark) {
        this.sandbox = sandbox;
        this.workerMark = workerMark;
    }

    @Override
    public ExecutorKind kind() {
        return ExecutorKind.SHELL;
    }

    @Override
    public Execution execute(ExecutionContext context) throws IOException, InterruptedException {
        ExecutorSpec.Shell shell = (ExecutorSpec.Shell) context.job().executor();
        @Nullable
        String asked = shell.sandboxBlock()
                .map(SandboxSpec::profile)
                .map(SandboxProfile::toString)
                .orElse(null);
        if (asked != null && !asked.equals(SandboxProfile.NONE.toString())) {
            String message = "the stage asks for the profile '" + asked + "', and this worker has no sandbox for it";
            return new Execution(
                    Outcome.failed("sandbox_unavailable", message, null),
                    Receipt.of(new Confinement(asked, null, null, List.of())));
        }
        Command command;
        try {
            command = new Command(
                    shell.argv(), context.checkout(), environment(context, shell), SecretVariables.in(shell.env()));
        } catch (IllegalArgumentException e) {
            return notStarted(asked, shell, String.valueOf(e.getMessage()));
        }
        if (context.stop().isSet()) {
            return new Execution(Outcome.cancelled(), Receipt.of(new Confinement(asked, null, null, List.of())));
        }
        Ended ended = run(command, context);
        tell(ended, context);
        return ended.status() instanceof ExitStatus.CouldNotStart start
                ? notStarted(asked, shell, start.reason())
                : new Execution(outcome(ended), receipt(asked, ended));
    }

    private ChildEnvironment environment(ExecutionContext context, ExecutorSpec.Shell shell)
            throws IOException, InterruptedException {
        Job job = context.job();
        Map<String, String> given = new LinkedHashMap<>();
        given.put("POND_RUN_ID", job.run().toString());
        given.put("POND_STAGE", job.stage());
        if (job.substage() != null) {
            given.put("POND_SUBSTAGE", job.substage());
        }
        given.put("POND_ATTEMPT", Integer.toString(job.attempt()));
        given.put("POND_PROJECT_ID", job.project().toString());
        given.put("POND_OUTPUT_DIR", context.output().toString());
        given.put("POND_INPUT_DIR", context.inputs().toString());
        given.put("POND_INPUTS_BY_STAGE", context.inputsByStage().toString());
        given.put("CI", "true");
        given.put("HOME", context.home().toString());
        given.put("TMPDIR", context.temp().toString());
        given.put("PATH", PATH);
        given.put("LANG", "C.UTF-8");
        return ChildEnvironment.of(JobMark.next(workerMark)).withAll(given).withStage(shell.env());
    }

    private Ended run(Command command, ExecutionContext context) throws IOException, InterruptedException {
        SandboxedProcess process = sandbox.start(
                command,
                (stream, text) ->
                        context.line(stream == OutputSink.Stream.STDOUT ? LogStream.STDOUT : LogStream.STDERR, text));
        context.stop().onStop(() -> process.stop(context.grace()));
        try {
            Optional<Ended> ended =
                    process.await(context.job().timeout().plus(context.grace()).plus(MARGIN));
            if (ended.isPresent()) {
                return ended.get();
            }
            process.stop(context.grace());
            return process.await(context.grace().plus(MARGIN))
                    .orElseThrow(() -> new IOException("a process did not end when it was told to"));
        } catch (InterruptedException e) {
            process.stop(Duration.ZERO);
            throw e;
        }
    }

    private static void tell(Ended ended, ExecutionContext context) {
        int leftovers = ended.cleanup().leftovers();
        if (leftovers > 0) {
            context.line(LogStream.SYSTEM, leftovers + " processes outlived the command and were killed");
        }
        if (!ended.output().complete()) {
            context.line(LogStream.SYSTEM, "the output was not read to its end: something still holds it open");
        }
        ended.output().failure().ifPresent(failure -> LOG.warn("the output of a stage was lost in part", failure));
    }

    private static Outcome outcome(Ended ended) {
        Outcome outcome;
        if (ended.status() instanceof ExitStatus.Exited exited) {
            outcome = exited.code() == 0
                    ? Outcome.done(0)
                    : Outcome.failed("exit_code", "exited with " + exited.code(), exited.code());
        } else if (ended.status() instanceof ExitStatus.Signalled signalled) {
            outcome = Outcome.failed("killed", "killed by " + Signals.name(signalled.signal()), null);
        } else {
            outcome = Outcome.failed("killed", "did not end when it was killed", null);
        }
        return outcome.withKillConfirmed(ended.killConfirmed());
    }

    private static Execution notStarted(@Nullable String asked, ExecutorSpec.Shell shell, String reason) {
        String program = shell.argv().isEmpty() ? "" : shell.argv().get(0);
        String message = "could not start '" + program + "': " + reason;
        return new Execution(
                Outcome.failed("start_failed", SecretVariables.in(shell.env()).mask(message), null),
                Receipt.of(new Confinement(asked, PLAIN, null, List.of())));
    }

    /** Lines that the log dropped are known to the runtime, not here. */
    private static Receipt receipt(@Nullable String asked, Ended ended) {
        Ended.Count stdout = ended.output().stdout();
        Ended.Count stderr = ended.output().stderr();
        return new Receipt(
                new Confinement(asked, PLAIN, null, List.of()),
                new Receipt.Output(
                        stdout.bytes() + stderr.bytes(),
                        stdout.lines() + stderr.lines(),
                        0,
                        ended.output().masked()),
                ended.cleanup().leftovers(),
                List.of());
    }
}
