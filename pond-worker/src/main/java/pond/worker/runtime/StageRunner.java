package pond.worker.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.Glob;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Receipt;
import pond.common.protocol.Refusal;
import pond.common.protocol.WorkerProtocol;
import pond.worker.checkout.BundleException;
import pond.worker.checkout.OutputFile;
import pond.worker.checkout.Outputs;
import pond.worker.executors.Executor;
import pond.worker.executors.Executor.Execution;
import pond.worker.executors.ExecutorRegistry;
import pond.worker.executors.StopReason;
import pond.worker.runtime.JobContext.JobOutput;
import pond.worker.runtime.TimerThread.Alarm;
import pond.worker.runtime.Workspace.Part;

/**
 * Runs a job from its lease to its accepted {@code complete}: lets the executor run the stage, judges how it ended,
 * collects what it left, has the {@link Outbox} deliver that, and removes the workspace. Safe for use by several threads,
 * one a job.
 */
final class StageRunner {
    private static final Logger LOG = LoggerFactory.getLogger(StageRunner.class);

    /** Of the time that a worker which ends gives its stages, what telling the last model calls may take. */
    private static final Duration TOLD_WITHIN = Duration.ofSeconds(3);

    private final String worker;
    private final WorkerProtocol protocol;
    private final ExecutorRegistry executors;
    private final Workspaces workspaces;
    private final TimerThread timer;
    private final TimerThread shipping;
    private final Clocks clocks;
    private final Optional<JobKeys> keys;

    StageRunner(
            WorkerProtocol protocol,
            WorkerConfig config,
            Workspaces workspaces,
            TimerThread timer,
            TimerThread shipping,
            Clocks clocks) {
        this.worker = config.name();
        this.protocol = protocol;
        this.executors = config.offer().executors();
        this.keys = config.keys();
        this.workspaces = workspaces;
        this.timer = timer;
        this.shipping = shipping;
        this.clocks = clocks;
    }

    /** Runs on the calling thread and ends with the job: completed, or lost. Never throws for what a stage did. */
    void run(HeldJob held, Duration grace) {
        Job job = held.job();
        try (JobLines lines = JobLines.begin(job, worker, clocks.nanos())) {
            run(held, grace, lines);
        }
    }

    private void run(HeldJob held, Duration grace, JobLines lines) {
        Job job = held.job();
        Workspace workspace = workspaces.of(job);
        LogShipper log = new LogShipper(held, protocol, shipping, clocks.time(), workspace::spoolFile);
        UsageShipper usage = new UsageShipper(held, protocol, shipping);
        JobOutput output = new JobOutput(log, new ProgressSender(protocol, timer, clocks.nanos()), usage);
        JobContext context = new JobContext(held, grace, protocol, workspaces, workspace, output, keys);
        try {
            Execution execution = execute(held, context);
            output.progress().finish();
            Outcome ended = deliver(held, execution, workspace, output);
            if (ended.result() == Outcome.Result.DONE && ended.killConfirmed()) {
                workspace.mayBeReused();
            }
            lines.ended(ended);
        } catch (AbandonedException e) {
            lines.lost("it is no longer ours");
        } catch (InterruptedException e) {
            held.lose();
            lines.lost("the worker is going away");
            Thread.currentThread().interrupt();
        } catch (ProtocolException e) {
            held.lose();
            LOG.error("job {}: the server refuses a call for good ({}): {}", job.id(), e.refusal(), e.getMessage());
            lines.lost("its lease will run out");
        } catch (RuntimeException e) {
            held.lose();
            LOG.error("job {}: the worker failed", job.id(), e);
            lines.lost("its lease will run out");
        } finally {
            log.close();
            clean(job, workspace);
        }
    }

    private Execution execute(HeldJob held, JobContext context) throws InterruptedException, AbandonedException {
        Job job = held.job();
        Alarm timeout = timer.after(job.timeout(), () -> held.stop().stop(StopReason.TIMEOUT));
        try {
            Execution execution = attempt(job, context);
            if (held.stop().reason().filter(StopReason.SHUTDOWN::equals).isPresent()) {
                // Not the stage's fault: the detach gives the job back, and the server's rules say what then. What its
                // model calls used is billed all the same, so it is told first.
                if (!context.tellUsage(TOLD_WITHIN)) {
                    LOG.warn("job {}: some of its model calls are not told", job.id());
                }
                held.lose();
            }
            if (held.isLost()) {
                throw new AbandonedException();
            }
            return new Execution(context.masked(judge(job, held, execution.outcome())), execution.receipt());
        } finally {
            timeout.cancel();
        }
    }

    // Whatever an executor throws, an error of linking or of the stack included, ends its stage and not this worker.
    private Execution attempt(Job job, JobContext context) throws InterruptedException {
        try {
            ExecutorKind kind = job.executor().kind();
            Optional<Executor> executor = executors.find(kind);
            return executor.isPresent()
                    ? executor.get().execute(context)
                    : failed(job, "this worker runs no " + kind + " stages");
        } catch (AbandonedException e) {
            return failed(job, "it was told to end before it had begun");
        } catch (BundleException e) {
            LOG.warn("job {}: its bundle is refused", job.id(), e);
            return failed(job, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            if (e instanceof ProtocolException refused && refused.refusal() == Refusal.CREDENTIAL_MISSING) {
                LOG.warn("job {}: no credential: {}", job.id(), refused.getMessage());
                return failed(job, Refusal.CREDENTIAL_MISSING.toString(), String.valueOf(refused.getMessage()));
            }
            LOG.error("job {}: its executor failed", job.id(), e);
            return failed(job, "the worker could not run it; the worker's own log says more about job " + job.id());
        }
    }

    private static Execution failed(Job job, String why) {
        return failed(job, "worker_error", why);
    }

    private static Execution failed(Job job, String code, String why) {
        Outcome outcome = Outcome.failed(code, why, null);
        return new Execution(outcome.withKillConfirmed(!startsProcesses(job)), Receipt.NONE);
    }

    /** An executor that threw did not say what has become of its processes. */
    private static boolean startsProcesses(Job job) {
        return switch (job.executor().kind()) {
            case SHELL, SWARM, FETCH -> true;
            case NOOP, BUILTIN -> false;
        };
    }

    /** A stage that was told to end did not end by itself, whatever its exit code says. */
    private static Outcome judge(Job job, HeldJob held, Outcome outcome) {
        return held.stop()
                .reason()
                .map(reason -> switch (reason) {
                    case TIMEOUT -> Outcome.timeout("ran longer than " + seconds(job.timeout()));
                    case CANCEL -> Outcome.cancelled();
                    case BUDGET_EXCEEDED ->
                        Outcome.failed("budget_exceeded", "the budget for its model calls is used up", null);
                    case SHUTDOWN, LEASE_LOST ->
                        throw new IllegalStateException("nothing is said about a job given up");
                })
                .map(ended -> ended.withKillConfirmed(outcome.killConfirmed()))
                .orElse(outcome);
    }

    private Outcome deliver(HeldJob held, Execution execution, Workspace workspace, JobOutput output)
            throws AbandonedException, InterruptedException {
        Outbox outbox = new Outbox(held, protocol, output, keys);
        List<OutputFile> files;
        try {
            files = isPublished(execution.outcome()) ? collect(held.job(), workspace, output.log()) : List.of();
        } catch (IOException e) {
            LOG.error("job {}: what it left cannot be read", held.job().id(), e);
            Execution failed = failed(held.job(), "the worker could not read what it left");
            return outbox.deliver(failed.outcome(), execution.receipt(), List.of());
        }
        return outbox.deliver(execution.outcome(), execution.receipt(), files);
    }

    private static String seconds(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    /** A cancelled stage is to be over soon; nobody waits for what it wrote. */
    private static boolean isPublished(Outcome outcome) {
        return outcome.result() != Outcome.Result.CANCELLED;
    }

    private static List<OutputFile> collect(Job job, Workspace workspace, LogShipper log) throws IOException {
        boolean hasCheckout = workspace.has(Part.CHECKOUT) || workspace.shared().isPresent();
        List<Glob> globs = job.executor() instanceof ExecutorSpec.Shell shell && hasCheckout
                ? shell.artifacts().stream().map(Glob::of).toList()
                : List.of();
        if (globs.isEmpty() && !workspace.has(Part.OUTPUT)) {
            return List.of();
        }
        Outputs.Limits limits =
                new Outputs.Limits(Outputs.Limits.MAX_FILES, job.limits().artifactBytes());
        Path output = workspace.make(Part.OUTPUT);
        Outputs.Collected collected = workspace.shared().isPresent()
                ? Outputs.collect(output, workspace.shared().get(), globs, limits)
                : Outputs.collect(output, workspace.place(Part.CHECKOUT), globs, limits);
        collected.notes().forEach(note -> log.append(LogStream.SYSTEM, note));
        return collected.files();
    }

    private static void clean(Job job, Workspace workspace) {
        try {
            workspace.delete();
        } catch (IOException e) {
            LOG.warn("job {}: its folder cannot be removed; the next start tries again", job.id(), e);
        }
    }
}
