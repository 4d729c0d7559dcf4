package pond.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures how many times a second {@code true} is started and reaped, and what each costs: by the JDK alone, by way of our
 * launcher, by way of setsid, and through this room, in turns, so that a noisy machine disturbs all alike. Not a test; run
 * its main by hand, with a folder on a disk from which programs can be run.
 */
final class SpawnRate {
    private static final long ROUND_NANOS = Duration.ofSeconds(2).toNanos();
    private static final int ROUNDS = 5;
    private static final int THREADS = 4;
    private static final String TRUE = "/usr/bin/true";

    private SpawnRate() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(args.length == 0 ? "/tmp" : args[0]), "pond-spawn-rate");
        try (BareSandbox sandbox = new BareSandbox(folder)) {
            Map<String, Callable<Boolean>> ways = new LinkedHashMap<>();
            ways.put("alone", () -> plain(TRUE));
            String launcher = SessionLauncher.in(folder).program().orElseThrow().toString();
            ways.put("by way of " + Path.of(launcher).getFileName(), () -> plain(launcher, TRUE));
            ways.put("by way of setsid", () -> plain("/usr/bin/setsid", TRUE));
            ways.put("through the room", () -> room(sandbox));
            for (int round = 0; round <= ROUNDS; round++) {
                for (Map.Entry<String, Callable<Boolean>> way : ways.entrySet()) {
                    double before = cpuMillis();
                    double rate = rate(way.getValue());
                    double each = (cpuMillis() - before) / (rate * ROUND_NANOS / 1e9);
                    System.out.printf(
                            "%-8s %-20s %5.0f/s, %.2f ms of processor each%n",
                            round == 0 ? "warm-up" : "round " + round, way.getKey(), rate, each);
                }
            }
        } finally {
            Files.deleteIfExists(folder.resolve("launch"));
            Files.delete(folder);
        }
    }

    /** Of this process and of its children that it has reaped: fields 14 to 17 of proc(5)'s stat, in hundredths of a second. */
    private static double cpuMillis() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int field = 14; field <= 17; field++) {
            ticks += Long.parseLong(fields[field - 3]);
        }
        return ticks * 10.0;
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
        Command command = new Command(List.of(TRUE), Path.of("/"), environment);
        Ended ended = sandbox.start(command, (stream, text) -> {})
                .await(Duration.ofSeconds(20))
                .orElseThrow();
        return ended.status().equals(new ExitStatus.Exited(0)) && ended.killConfirmed();
    }

    private static double rate(Callable<Boolean> once) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        long start = System.nanoTime();
        List<Future<Integer>> counts = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
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
