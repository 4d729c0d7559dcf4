package pond.worker.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs a script and keeps nothing of its output; started by {@link OutputFloodTest} in a JVM with a small heap. */
final class OutputFlood {
    private OutputFlood() {}

    public static void main(String[] args) throws InterruptedException {
        ChildEnvironment environment =
                ChildEnvironment.of(JobMark.next("flood")).with("PATH", "/usr/bin:/bin");
        Command command = new Command(List.of("sh", "-c", args[0]), Path.of("/"), environment);
        AtomicInteger longest = new AtomicInteger();
        Ended ended = new BareSandbox()
                .start(command, (stream, text) -> longest.accumulateAndGet(text.length(), Math::max))
                .await(Duration.ofSeconds(100))
                .orElseThrow();
        Ended.Count stdout = ended.output().stdout();
        System.out.println(ended.status() + " " + stdout.bytes() + " bytes " + stdout.lines() + " lines, longest "
                + longest.get() + ", failure " + ended.output().failure());
    }
}
