package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.worker.sandbox.ProcessWatch;
import pond.worker.sandbox.bubblewrap.Probe.Capabilities;
import pond.worker.sandbox.bubblewrap.Probe.Result;
import pond.worker.sandbox.bubblewrap.Probe.Unavailable;
import pond.worker.sandbox.bubblewrap.SandboxPolicy.Enforcement;

/**
 * The backend: knows whether this machine runs sandboxes, and makes them. It is tried at its start, every ten minutes, and
 * after each sandbox that could not be set up; between a failure and a trial that succeeds there is none. Safe for use by
 * several threads.
 */
public final class Bubblewrap implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bubblewrap.class);
    private static final long TRY_EVERY_MINUTES = 10;
    private static final long MIN_FREE_BYTES = 256L << 20;
    private static final Unavailable NOT_TRIED =
            new Unavailable("sandbox_not_tried", "sandboxes are still being tried", "wait a moment");

    private final SandboxSettings settings;
    private final ProcessWatch watch = new ProcessWatch();
    private final SpawnThread spawn = new SpawnThread(watch.threads());
    private final SizeWatch sizes = new SizeWatch(MIN_FREE_BYTES);
    private final ScheduledExecutorService trials = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "pond-sandbox-probe");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Consumer<Result>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean trialWanted = new AtomicBoolean();
    private volatile @Nullable Workshop workshop;
    private volatile Result state = NOT_TRIED;
    private volatile boolean offered;

    private Bubblewrap(SandboxSettings settings) {
        this.settings = settings;
    }

    /** Lays out the state folder and tries it; returns when that is done. No other worker may use the folder. */
    public static Bubblewrap open(SandboxSettings settings) throws InterruptedException {
        Bubblewrap bubblewrap = new Bubblewrap(settings);
        bubblewrap.probe();
        bubblewrap.repeat(TRY_EVERY_MINUTES);
        return bubblewrap;
    }

    /** As {@link #open}, but returns at once: until the trial is over there are no sandboxes. */
    public static Bubblewrap openInBackground(SandboxSettings settings) {
        Bubblewrap bubblewrap = new Bubblewrap(settings);
        bubblewrap.repeat(0);
        return bubblewrap;
    }

    private void repeat(long firstAfterMinutes) {
        ScheduledFuture<?> unused =
                trials.scheduleWithFixedDelay(this::tryAgain, firstAfterMinutes, TRY_EVERY_MINUTES, TimeUnit.MINUTES);
    }

    /** What the last trial has shown. */
    public Result state() {
        return state;
    }

    /**
     * Whether there ever were sandboxes here. Then this worker has said so, and may be given stages that were accepted for
     * that reason alone: none of those may run without one.
     */
    public boolean offered() {
        return offered;
    }

    /** As {@link #state}, for a worker that would keep its things in another folder, be it there yet or not. */
    public Result stateFor(Path stateDir) {
        Workshop shop = workshop;
        if (shop != null && state instanceof Capabilities) {
            try {
                HostSurvey.requireReachable(
                        stateDir.toAbsolutePath().normalize(), shop.host().user());
            } catch (UnavailableException e) {
                return e.result();
            } catch (IOException e) {
                return new Unavailable(
                        "sandbox_state_dir", "the way to the state folder cannot be looked at", "choose another one");
            }
        }
        return state;
    }

    /** Told of every change from one state to another, and of the state now; must not block. */
    public void onChange(Consumer<Result> listener) {
        listeners.add(listener);
        listener.accept(state);
    }

    /** Tries now, on the calling thread. */
    public synchronized Result probe() throws InterruptedException {
        trialWanted.set(false);
        Result before = state;
        Result now = examine();
        state = now;
        offered |= now instanceof Capabilities;
        if (!now.equals(before)) {
            if (now instanceof Unavailable unavailable) {
                LOG.warn("no sandbox here: {} ({}); {}", unavailable.text(), unavailable.code(), unavailable.remedy());
            } else {
                LOG.info("sandbox.{} is available", SandboxPolicy.BACKEND);
            }
            listeners.forEach(listener -> listener.accept(now));
        }
        return now;
    }

    private Result examine() throws InterruptedException {
        try {
            Workshop shop = workshop;
            if (shop == null) {
                shop = workshop();
                workshop = shop;
            }
            return new Probe(shop, settings.stateDir().toRealPath()).run();
        } catch (UnavailableException e) {
            return e.result();
        } catch (IOException e) {
            return new Unavailable(
                    "sandbox_state_dir", "the worker's state folder is gone", "give the worker a state folder");
        }
    }

    private Workshop workshop() throws UnavailableException, IOException {
        SandboxHost host = HostSurvey.survey(settings);
        return new Workshop(
                host,
                HostSurvey.folder(settings.stateDir().toRealPath()).resolve("starts"),
                spawn,
                watch,
                sizes,
                ControlGroups.find(Path.of("/proc/self")),
                this::setupFailed);
    }

    private void tryAgain() {
        try {
            probe();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (trials.isShutdown()) {
                return; // Closed in the middle of a trial: there are no sandboxes any more.
            }
            LOG.error("sandboxes could not be tried; there are none until the next trial", e);
            state = NOT_TRIED;
        }
    }

    private void setupFailed() {
        if (trialWanted.compareAndSet(false, true)) {
            trials.execute(this::tryAgain);
        }
    }

    /** What {@link SandboxPolicy} has to know of this machine. */
    public Enforcement enforcement() {
        return new Enforcement(
                state instanceof Capabilities capabilities && capabilities.hardLimits(), settings.bestEffort());
    }

    /**
     * The sandbox of one stage. Its folders are given to the user whom it runs as, so no process of the stage may be
     * there yet.
     *
     * @throws SandboxRefusedException when there is no sandbox here, or a folder is not the worker's to give
     * @throws IOException when a folder cannot be given
     */
    public BubblewrapSandbox sandbox(SandboxPolicy policy, StageFolders folders)
            throws SandboxRefusedException, IOException {
        Workshop shop = workshop;
        if (state instanceof Unavailable unavailable) {
            throw SandboxRefusedException.unavailable("this worker has no sandbox: " + unavailable.text());
        }
        if (shop == null) {
            throw SandboxRefusedException.unavailable("this worker has no sandbox");
        }
        Handover handover =
                new Handover(settings.stateDir().toRealPath(), shop.host().user());
        return new BubblewrapSandbox(shop, policy, handover.give(folders));
    }

    /**
     * The user whom stages run as, where that is another one than the worker; for those who make sockets and checkouts
     * for them. Known also while there are no sandboxes: they may come.
     */
    public Optional<Integer> uid() {
        return otherUser().map(SandboxUser::uid);
    }

    /** The group that goes with {@link #uid}. */
    public Optional<Integer> gid() {
        return otherUser().map(SandboxUser::gid);
    }

    private Optional<SandboxUser> otherUser() {
        Workshop shop = workshop;
        try {
            SandboxUser user = shop != null ? shop.host().user() : HostSurvey.user(settings);
            return Optional.of(user).filter(SandboxUser::drop);
        } catch (UnavailableException e) {
            LOG.debug("nobody is known whom stages would run as: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Ends every sandbox that still runs, and removes what all of them shared. */
    @Override
    public void close() {
        trials.shutdownNow();
        sizes.close();
        spawn.close();
        try {
            HostSurvey.delete(HostSurvey.folder(settings.stateDir()));
        } catch (IOException e) {
            LOG.info("files of sandboxes stay until the worker's next start: {}", e.toString());
        }
    }
}
