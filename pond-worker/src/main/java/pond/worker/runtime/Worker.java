package pond.worker.runtime;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.WorkerProtocol;
import pond.worker.sandbox.HostCommand;
import pond.worker.sandbox.bubblewrap.SandboxPolicy;

/**
 * A worker: attaches to its server, and again whenever the server does not know it any more, takes jobs while slots are
 * free, and ends by {@link #drain}, {@link #close} or because the server wants it to. Safe for use by several threads.
 */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    /** How long {@link #close} gives stages; above the server's usual grace for a cancel. */
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(15);

    private static final String SANDBOX = "sandbox." + SandboxPolicy.BACKEND;

    private static final Duration DETACH_WITHIN = Duration.ofSeconds(10);

    private final Lifecycle life;

    private Worker(Lifecycle life) {
        this.life = life;
    }

    /**
     * Starts a worker; it attaches in the background, for as long as that takes. What an earlier one has left in the
     * state folder, and its processes, are removed first.
     *
     * @param protocol speaks for this worker; closing it afterwards is the caller's
     * @param nanos a monotonic clock in nanoseconds, such as {@code System::nanoTime}
     * @throws IOException when the state folder cannot be used
     */
    public static Worker start(WorkerConfig config, WorkerProtocol protocol, InstantSource clock, LongSupplier nanos)
            throws IOException {
        int leftovers = config.sandbox().sweep(config.disk().mark());
        if (leftovers > 0) {
            LOG.warn("{} processes of an earlier worker were still there", leftovers);
        }
        HostCommand host = new HostCommand(config.sandbox(), config.disk().mark());
        Workspaces workspaces = Workspaces.open(config.disk(), host);
        if (config.offer().capabilities().contains(SANDBOX)) {
            new WorkerThreads(config.name() + "-copies")
                    .newThread(workspaces::tryCopies)
                    .start();
        }
        Lifecycle life = new Lifecycle(config, protocol, new Clocks(clock, nanos), workspaces);
        life.soon(life::attach);
        return new Worker(life);
    }

    /** How a worker stands. */
    public enum State {
        ATTACHING,
        ATTACHED,
        DRAINING,
        ENDED
    }

    /**
     * A look at a worker.
     *
     * @param running jobs that it holds
     * @param lastContact when the server last answered
     * @param pausedBecause why it takes no jobs although it could, such as a full disk
     */
    public record Status(State state, int running, Optional<Instant> lastContact, Optional<String> pausedBecause) {}

    /** Why a worker has ended. */
    public enum End {
        /** It was told to drain, by {@link #drain} or by the server, and has finished its jobs. */
        DRAINED,
        CLOSED,
        /** The server no longer speaks with this version. */
        UPGRADE_NEEDED,
        /** The server does not accept this worker's identity (any more). */
        UNAUTHORIZED,
        /** Another process has attached with this worker's identity. */
        REPLACED
    }

    /** Safe to call at any time, also after the end. */
    public Status status() {
        return life.status();
    }

    /** Completed when the worker was attached for the first time. */
    public CompletableFuture<Void> attached() {
        return life.attached();
    }

    /** Completed when the worker has ended, for whatever reason. */
    public CompletableFuture<End> ended() {
        return life.ended();
    }

    /**
     * Takes no new jobs, lets the running ones finish, detaches and ends. May be called again.
     *
     * @return false when the time was over first; the worker goes on draining then
     */
    public boolean drain(Duration atMost) throws InterruptedException {
        life.soon(life::drain);
        return hasEnded(atMost);
    }

    /** {@link #cancelAll} within a time that is enough for the usual grace. */
    @Override
    public void close() {
        cancelAll(CLOSE_WITHIN);
    }

    /**
     * Stops the running stages, gives them back, detaches and ends. What is still there after the time is given
     * up: the server hands it on. Returns within that time and ten seconds; may be called again.
     */
    public void cancelAll(Duration atMost) {
        life.soon(life::close);
        try {
            if (!hasEnded(atMost)) {
                LOG.warn("{} jobs did not end in time and are given up", status().running());
                life.giveUpJobs();
                life.soon(() -> life.detach(End.CLOSED));
                if (!hasEnded(DETACH_WITHIN)) {
                    life.soon(() -> life.end(End.CLOSED));
                }
            }
        } catch (InterruptedException e) {
            life.giveUpJobs();
            life.soon(() -> life.end(End.CLOSED));
            Thread.currentThread().interrupt();
        }
    }

    private boolean hasEnded(Duration atMost) throws InterruptedException {
        try {
            life.ended().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a worker never fails", e);
        }
    }
}
