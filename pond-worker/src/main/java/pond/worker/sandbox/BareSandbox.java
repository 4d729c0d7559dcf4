package pond.worker.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.worker.sandbox.ProgramLookup.CannotStart;

/**
 * No isolation: plain subprocesses with our own uid, for callers who are trusted. What they get all the same is an
 * environment from nothing, no terminal, a session of their own, and a certain end, by the {@link Guardian} also when this
 * process is killed.
 */
public final class BareSandbox implements Sandbox {
    private static final Logger LOG = LoggerFactory.getLogger(BareSandbox.class);
    private static final Duration SWEEP_LIMIT = Duration.ofSeconds(5);

    private final SessionLauncher launcher;
    private final ProcFs proc = new ProcFs();
    private final Set<Long> mainPids = ConcurrentHashMap.newKeySet();
    private final Guardian guardian;
    private final Executor threads = Executors.newCachedThreadPool(daemonThreads());

    /** Begins commands by way of what the system has for it, and leaves no file behind. */
    public BareSandbox() {
        this(SessionLauncher.ofSystem());
    }

    /**
     * Begins commands by way of a program of ours where one can be run, which takes less time.
     *
     * @param folder of this worker's own, there before the first command; keeps that program
     */
    public BareSandbox(Path folder) {
        this(SessionLauncher.in(folder));
    }

    private BareSandbox(SessionLauncher launcher) {
        this.launcher = launcher;
        this.guardian = new Guardian(launcher);
    }

    /**
     * What this host gives us to end processes with.
     *
     * @param session whether stages get one of their own
     * @param proc whether /proc tells of processes that have left their parents
     */
    public record Means(boolean session, boolean proc) {}

    public Means means() {
        return new Means(launcher.isPossible(), proc.usable());
    }

    @Override
    public SandboxedProcess start(Command command, OutputSink sink) {
        String mark = command.environment().mark().toString();
        // Before the start: we can be killed at any moment.
        guardian.guard(mark);
        Process process;
        try {
            process = launch(command);
        } catch (CannotStart e) {
            guardian.release(mark);
            return new NeverStarted(e.reason());
        }
        ProcessTree tree =
                ProcessTree.of(proc, process.toHandle(), command.environment().mark(), mainPids);
        RunningProcess running = new RunningProcess(process, tree, sink, command.secrets(), threads);
        String pid = Long.toString(process.pid());
        guardian.guard(pid);
        CompletableFuture<Ended> unused = running.ended().whenComplete((ended, failure) -> guardian.release(pid, mark));
        running.begin();
        command.input().feed(process, threads);
        return running;
    }

    @Override
    public int sweep(String workerMark) {
        Ended.Cleanup cleanup = ProcessTree.ofWorker(proc, workerMark).kill(SWEEP_LIMIT);
        if (cleanup.survivors() > 0) {
            LOG.warn("{} processes of a former worker cannot be killed", cleanup.survivors());
        }
        return cleanup.leftovers();
    }

    /** What still runs is left to run, and no longer guarded; a start afterwards is guarded again. */
    @Override
    public void close() {
        guardian.close();
    }

    private Process launch(Command command) throws CannotStart {
        List<String> argv = new ArrayList<>(command.argv());
        argv.set(0, ProgramLookup.find(command).toString());
        // A child of Java is no group leader, so the launcher replaces itself and does not fork: the pid stays the
        // program's.
        launcher.program().ifPresent(path -> argv.add(0, path.toString()));
        ProcessBuilder builder = new ProcessBuilder(argv)
                .directory(command.directory().toFile())
                .redirectInput(command.input().redirect());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(command.environment().variables());
        try {
            return builder.start();
        } catch (IOException e) {
            // The outer message names the program and directory on this host, its cause the error alone.
            String reason = e.getCause() == null
                    ? ""
                    : ": " + String.valueOf(e.getCause().getMessage()).strip();
            throw new CannotStart("the system could not start the program" + reason);
        }
    }

    private static ThreadFactory daemonThreads() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "pond-sandbox-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private record NeverStarted(String reason) implements SandboxedProcess {
        @Override
        public CompletableFuture<Ended> ended() {
            return CompletableFuture.completedFuture(Ended.neverStarted(reason));
        }

        @Override
        public void stop(Duration grace) {}
    }
}
