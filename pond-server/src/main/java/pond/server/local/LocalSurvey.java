package pond.server.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import pond.worker.sandbox.BareSandbox;
import pond.worker.sandbox.ChildEnvironment;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.JobMark;

/** What the server's own worker would find on this machine, found by trying. For one thread. */
public final class LocalSurvey {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<Path> BUBBLEWRAP =
            List.of(Path.of("/usr/bin/bwrap"), Path.of("/bin/bwrap"), Path.of("/usr/local/bin/bwrap"));

    private final BareSandbox sandbox;

    private LocalSurvey(BareSandbox sandbox) {
        this.sandbox = sandbox;
    }

    public static LocalSurvey make() {
        return new LocalSurvey(new BareSandbox());
    }

    /** Why no shell can be run; empty when one was. */
    public Optional<String> shellFault() throws InterruptedException {
        Optional<Ended> ended = run(List.of("/bin/sh", "-c", ":"), new CopyOnWriteArrayList<>());
        if (ended.isEmpty()) {
            return Optional.of("it did not end within " + PATIENCE.toSeconds() + " seconds");
        }
        ExitStatus status = ended.get().status();
        return status.equals(new ExitStatus.Exited(0)) ? Optional.empty() : Optional.of(status.toString());
    }

    /** What git says of itself, such as {@code git version 2.39.5}; empty when a stage would find none. */
    public Optional<String> gitVersion() throws InterruptedException {
        List<String> lines = new CopyOnWriteArrayList<>();
        return run(List.of("git", "--version"), lines)
                .filter(ended -> ended.status().equals(new ExitStatus.Exited(0)))
                .flatMap(ended -> lines.stream().findFirst());
    }

    /** Where bubblewrap is, which workers make sandboxes with. */
    public Optional<Path> bubblewrap() {
        return BUBBLEWRAP.stream().filter(Files::isExecutable).findFirst();
    }

    /** Whether stages get a session of their own. */
    public boolean sessions() {
        return sandbox.means().session();
    }

    /** Whether /proc tells of processes that a stage leaves behind. */
    public boolean proc() {
        return sandbox.means().proc();
    }

    /** Whether this process may do everything. */
    public boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private Optional<Ended> run(List<String> argv, List<String> lines) throws InterruptedException {
        Command command = new Command(argv, Path.of("/"), ChildEnvironment.of(JobMark.next("doctor")));
        return sandbox.start(command, (stream, line) -> lines.add(line)).await(PATIENCE);
    }
}
