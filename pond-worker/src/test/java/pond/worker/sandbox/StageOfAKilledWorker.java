package pond.worker.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Runs a script as a worker would, until somebody kills it; started by {@link GuardianTest} in a JVM of its own. */
final class StageOfAKilledWorker {
    private StageOfAKilledWorker() {}

    public static void main(String[] args) throws InterruptedException {
        ChildEnvironment environment =
                ChildEnvironment.of(JobMark.next(args[0])).with("PATH", "/usr/bin:/bin");
        Command command = new Command(List.of("sh", "-c", args[1]), Path.of("/"), environment);
        new BareSandbox()
                .start(
                        command,
                        (stream, text) ->
                                System.out.println(stream == OutputSink.Stream.STDOUT ? text : "error: " + text))
                .await(Duration.ofMinutes(2));
    }
}
