package pond.worker.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import pond.worker.sandbox.OutputSink.Stream;

/** Runs shell scripts through a sandbox and keeps their output, for tests that write little. */
final class Shell {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Sandbox sandbox;
    private final Path directory;
    private final String worker;

    Shell(Sandbox sandbox, Path directory, String worker) {
        this.sandbox = sandbox;
        this.directory = directory;
        this.worker = worker;
    }

    Run start(String script) {
        return start(List.of("sh", "-c", script), Map.of());
    }

    Run start(List<String> argv, Map<String, String> env) {
        ChildEnvironment environment = ChildEnvironment.of(JobMark.next(worker))
                .with("PATH", "/usr/bin:/bin")
                .withStage(env);
        return start(new Command(argv, directory, environment));
    }

    Run start(Command command) {
        return new Run(sandbox, command);
    }

    /** One started script. */
    static final class Run {
        private final JobMark mark;
        private final Queue<String> stdout = new ConcurrentLinkedQueue<>();
        private final Queue<String> stderr = new ConcurrentLinkedQueue<>();
        private final SandboxedProcess process;

        private Run(Sandbox sandbox, Command command) {
            this.mark = command.environment().mark();
            this.process = sandbox.start(command, this::line);
        }

        private void line(Stream stream, String text) {
            (stream == Stream.STDOUT ? stdout : stderr).add(text);
        }

        SandboxedProcess process() {
            return process;
        }

        Ended end() throws InterruptedException {
            return process().await(PATIENCE).orElseThrow();
        }

        Ended stop(Duration grace) throws InterruptedException {
            process().stop(grace);
            return end();
        }

        List<String> stdout() {
            return List.copyOf(stdout);
        }

        List<String> stderr() {
            return List.copyOf(stderr);
        }

        /** Living processes that carry this run's mark, by a look of the test's own at /proc. */
        List<Long> marked() {
            return Processes.withEnvironment(mark.toString());
        }
    }
}
