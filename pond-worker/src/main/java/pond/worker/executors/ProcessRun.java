package pond.worker.executors;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.api.LogStream;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.common.protocol.Receipt.Confinement;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.OutputSink;
import pond.worker.sandbox.SandboxedProcess;

/** A stage's process from its start to what is said about its end. */
final class ProcessRun {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessRun.class);
    /** The runtime ends a stage that takes too long; past this it has not, and the process is ended here. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    private ProcessRun() {}

    /** Where a stage's lines go. */
    static OutputSink sink(ExecutionContext context) {
        return (stream, text) ->
                context.line(stream == OutputSink.Stream.STDOUT ? LogStream.STDOUT : LogStream.STDERR, text);
    }

    /** Looks at a running process several times a second, and may stop it. */
    interface Watcher {
        /** For processes that nobody needs to look at. */
        Watcher NONE = process -> {};

        void look(SandboxedProcess process);
    }

    /** As the other one, with nobody who looks at the process. */
    static Ended await(SandboxedProcess process, ExecutionContext context) throws IOException, InterruptedException {
        return await(process, context, Watcher.NONE);
    }

    /** Waits for the end, passes on what ends it early, and tells in the log what was odd about it. */
    static Ended await(SandboxedProcess process, ExecutionContext context, Watcher watcher)
            throws IOException, InterruptedException {
        context.stop().onStop(() -> process.stop(context.grace()));
        Ended ended = end(process, context, watcher);
        tell(ended, context);
        return ended;
    }

    private static Ended end(SandboxedProcess process, ExecutionContext context, Watcher watcher)
            throws IOException, InterruptedException {
        try {
            Duration most = context.job().timeout().plus(context.grace()).plus(MARGIN);
            Optional<Ended> ended = watcher.equals(Watcher.NONE) ? process.await(most) : look(process, most, watcher);
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

    private static Optional<Ended> look(SandboxedProcess process, Duration most, Watcher watcher)
            throws InterruptedException {
        long start = System.nanoTime();
        Optional<Ended> ended = Optional.empty();
        while (ended.isEmpty() && System.nanoTime() - start < most.toNanos()) {
            watcher.look(process);
            ended = process.await(BETWEEN_LOOKS);
        }
        return ended;
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

    static Outcome outcome(Ended ended) {
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

    /** Lines that the log dropped are known to the runtime, not here. */
    static Receipt receipt(Confinement confinement, Ended ended, List<String> refused) {
        Ended.Count stdout = ended.output().stdout();
        Ended.Count stderr = ended.output().stderr();
        return new Receipt(
                confinement,
                new Receipt.Output(
                        stdout.bytes() + stderr.bytes(),
                        stdout.lines() + stderr.lines(),
                        0,
                        ended.output().masked()),
                ended.cleanup().leftovers(),
                refused);
    }
}
