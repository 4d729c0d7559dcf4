package pond.worker.sandbox;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A subprocess from its start to its {@link Ended}. One thread waits for the main process and then cleans up; two more
 * read its output. A stop only sends signals: the rest happens because the main process ends.
 */
final class RunningProcess implements SandboxedProcess {
    /** Together the five seconds between the end of the grace and the report. */
    private static final Duration MAIN_KILL_LIMIT = Duration.ofSeconds(2);

    private static final Duration TREE_KILL_LIMIT = Duration.ofSeconds(3);
    private static final int MORE_LOOKS = 5;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration PIPE_IDLE_LIMIT = Duration.ofSeconds(2);
    private static final Duration SLOW_SINK_LIMIT = Duration.ofSeconds(30);
    private static final Duration MAX_GRACE = Duration.ofDays(1);
    private static final long NOT_STOPPED = Long.MAX_VALUE;

    private final Process process;
    private final Members tree;
    private final OutputPump stdout;
    private final OutputPump stderr;
    private final Executor threads;
    private final long startedAt = System.nanoTime();
    private final AtomicLong graceEnds = new AtomicLong(NOT_STOPPED);
    private final AtomicBoolean finishing = new AtomicBoolean();
    private final CompletableFuture<Ended> ended = new CompletableFuture<>();

    RunningProcess(Process process, Members tree, OutputSink sink, Secrets secrets, Executor threads) {
        this.process = process;
        this.tree = tree;
        this.stdout = new OutputPump(process.getInputStream(), OutputSink.Stream.STDOUT, sink, secrets);
        this.stderr = new OutputPump(process.getErrorStream(), OutputSink.Stream.STDERR, sink, secrets);
        this.threads = threads;
    }

    /** To be called once. If it throws, the process has been killed. */
    void begin() {
        try {
            threads.execute(stdout);
            threads.execute(stderr);
            threads.execute(() -> finish(Optional.empty()));
        } catch (RuntimeException | Error e) {
            process.toHandle().destroyForcibly();
            throw e;
        }
    }

    @Override
    public CompletableFuture<Ended> ended() {
        return ended.copy();
    }

    @Override
    public void stop(Duration grace) {
        if (ended.isDone()) {
            return;
        }
        Duration bounded = grace.compareTo(MAX_GRACE) < 0 ? grace : MAX_GRACE;
        long ends = elapsed() + bounded.toNanos();
        long before = graceEnds.getAndAccumulate(ends, Math::min);
        if (before == NOT_STOPPED) {
            tree.terminate();
        }
        if (ends < before) {
            after(bounded, this::killMain);
        }
    }

    private void killMain() {
        if (process.isAlive()) {
            tree.killMain(process.toHandle());
            after(MAIN_KILL_LIMIT, () -> {
                if (process.isAlive()) {
                    finish(Optional.of(new ExitStatus.Unkillable()));
                }
            });
        }
    }

    private void finish(Optional<ExitStatus> known) {
        try {
            ExitStatus status = known.isPresent() ? known.get() : ExitStatus.ofJava(process.waitFor());
            if (finishing.compareAndSet(false, true)) {
                ended.complete(cleanUp(status));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private Ended cleanUp(ExitStatus status) throws InterruptedException {
        boolean stopped = graceEnds.get() != NOT_STOPPED;
        if (stopped) {
            awaitGrace();
        }
        Ended.Cleanup cleanup = tree.kill(TREE_KILL_LIMIT);
        // A process that is just replacing its program shows no mark. One that slipped through that way mostly holds a
        // pipe, and is found by another look.
        for (int more = MORE_LOOKS; more > 0 && !(stdout.ended(LOOK_AGAIN) && stderr.ended(LOOK_AGAIN)); more--) {
            cleanup = cleanup.plus(tree.kill(TREE_KILL_LIMIT));
        }
        long start = System.nanoTime();
        stdout.finishReading(start, PIPE_IDLE_LIMIT, SLOW_SINK_LIMIT);
        stderr.finishReading(start, PIPE_IDLE_LIMIT, SLOW_SINK_LIMIT);
        Ended.Output output = new Ended.Output(
                stdout.count(),
                stderr.count(),
                stdout.masked() + stderr.masked(),
                stdout.complete() && stderr.complete(),
                stdout.failure().or(stderr::failure));
        return new Ended(status, stopped, cleanup, output);
    }

    /** The rest of the tree was asked to end as well, and has as long for it as the main process. */
    private void awaitGrace() {
        for (long pause = 0; elapsed() < graceEnds.get() && tree.alive(); pause = ProcessTree.nextPause(pause)) {
            LockSupport.parkNanos(Math.min(pause, Math.max(0, graceEnds.get() - elapsed())));
        }
    }

    private void fail(Throwable cause) {
        process.toHandle().destroyForcibly();
        ended.completeExceptionally(cause);
    }

    private void after(Duration delay, Runnable action) {
        CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, threads)
                .execute(action);
    }

    private long elapsed() {
        return System.nanoTime() - startedAt;
    }
}
