package pond.worker.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures how many times a second {@code true} is started and reaped: by the JDK alone, the same through setsid, and
 * through this room, in turns, so that a noisy machine disturbs all three alike. Not a test; run its main by hand.
 */
final class SpawnRate {
    private static final long ROUND_NANOS = Duration.ofSeconds(3).toNanos();
    private static final int ROUNDS = 4;

    private SpawnRate() {}

    public static void main(String[] args) throws Exception {
        int threads = args.length == 0 ? 4 : Integer.parseInt(args[0]);
        BareSandbox sandbox = new BareSandbox();
        for (int round = 0; round <= ROUNDS; round++) {
            double plain = rate(threads, () -> plain("/usr/bin/true"));
            double setsid = rate(threads, () -> plain("/usr/bin/setsid", "/usr/bin/true"));
            double room = rate(threads, () -> room(sandbox));
            System.out.printf(
                    "%s %d threads: plain %.0f/s, with setsid %.0f/s (%.2f), room %.0f/s (%.2f)%n",
                    round == 0 ? "warm-up" : "round " + round,
                    threads,
                    plain,
                    setsid,
                    setsid / plain,
                    room,
                    room / plain);
        }
    }

    private static boolean plain(String... argv) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(argv);
        builder.environment().clear();
        Process process = builder.start();
        process.getInputStream().readAllBytes();
        process.getErrorStream().readAllBytes();
        return process.waitFor() == 0;
    }

    private static boolean room(Sandbox sandbox) throws InterruptedException {
        ChildEnvironment environment = ChildEnvironment.of(JobMark.next("bench"));
        Command command = new Command(List.of("/usr/bin/true"), Path.of("/"), environment);
        Ended ended = sandbox.start(command, (stream, text) -> {})
                .await(Duration.ofSeconds(20))
                .orElseThrow();
        return ended.status().equals(new ExitStatus.Exited(0)) && ended.killConfirmed();
    }

    private static double rate(int threads, Callable<Boolean> once) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        long start = System.nanoTime();
        List<Future<Integer>> counts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            counts.add(pool.submit(() -> {
                int count = 0;
                for (; System.nanoTime() - start < ROUND_NANOS; count++) {
                    if (!once.call()) {
                        throw new IllegalStateException("true failed");
                    }
                }
                return count;
            }));
        }
        int total = 0;
        for (Future<Integer> count : counts) {
            total += count.get();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        pool.shutdown();
        return total / seconds;
    }
}
