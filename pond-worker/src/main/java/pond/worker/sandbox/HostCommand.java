package pond.worker.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Runs a small program of this machine for the worker itself, to its end or to a deadline. What it runs is ours to
 * choose: nothing of a stage belongs in here but paths. Safe for use by many threads.
 */
public final class HostCommand {
    private static final String PATH = "/usr/bin:/bin:/usr/sbin:/sbin";
    private static final int MAX_LINES = 20;
    /** What a kill takes at most; see {@link SandboxedProcess#stop}. */
    private static final Duration KILL = Duration.ofSeconds(10);

    /** How often it is asked whether a result is still wanted. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Sandbox sandbox;
    private final String workerMark;

    /**
     * @param sandbox the one without isolation
     * @param workerMark by which the worker's processes are found again; see {@link JobMark}
     */
    public HostCommand(Sandbox sandbox, String workerMark) {
        this.sandbox = sandbox;
        this.workerMark = workerMark;
    }

    /**
     * How it went.
     *
     * @param inTime false when it was killed: at its deadline, or because nobody wanted it any more
     * @param output the first lines of both its streams
     */
    public record Result(ExitStatus status, boolean inTime, List<String> output) {
        public boolean succeeded() {
            return inTime && status.equals(new ExitStatus.Exited(0));
        }

        /** Why it did not succeed, for the worker's own log: it names paths of this machine. */
        public String failure() {
            String what = inTime ? status.toString() : "was killed before its end";
            return output.isEmpty() ? what : what + ": " + String.join(" / ", output);
        }
    }

    /** Starts it in the root folder and waits. An interrupt kills it. */
    public Result run(List<String> argv, Duration atMost) throws InterruptedException {
        return run(argv, atMost, () -> false);
    }

    /** As above, and also killed soon after {@code unwanted} has become true. */
    public Result run(List<String> argv, Duration atMost, BooleanSupplier unwanted) throws InterruptedException {
        ChildEnvironment environment =
                ChildEnvironment.of(JobMark.next(workerMark)).with("PATH", PATH).with("LC_ALL", "C");
        List<String> lines = new ArrayList<>();
        SandboxedProcess process = sandbox.start(new Command(argv, Path.of("/"), environment), (stream, text) -> {
            synchronized (lines) {
                if (lines.size() < MAX_LINES) {
                    lines.add(text);
                }
            }
        });
        boolean inTime = true;
        Optional<Ended> ended = Optional.empty();
        try {
            ended = await(process, atMost, unwanted);
            if (ended.isEmpty()) {
                inTime = false;
                process.stop(Duration.ZERO);
                ended = process.await(KILL);
            }
        } catch (InterruptedException e) {
            process.stop(Duration.ZERO);
            throw e;
        }
        synchronized (lines) {
            return new Result(
                    ended.map(Ended::status).orElseGet(ExitStatus.Unkillable::new), inTime, List.copyOf(lines));
        }
    }

    private static Optional<Ended> await(SandboxedProcess process, Duration atMost, BooleanSupplier unwanted)
            throws InterruptedException {
        Optional<Ended> ended = Optional.empty();
        Duration left = atMost;
        while (ended.isEmpty() && left.compareTo(Duration.ZERO) > 0 && !unwanted.getAsBoolean()) {
            Duration slice = left.compareTo(LOOK) < 0 ? left : LOOK;
            ended = process.await(slice);
            left = left.minus(slice);
        }
        return ended;
    }
}
