package pond.server.killmatrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pond.common.protocol.WorkerProtocol;

/**
 * Whatever happens around a call of a worker: every accepted run is there and ends once, as is documented; log lines and
 * model calls are there once; artifacts have their bytes; a job is somebody's or nobody's; nothing is left of a worker that
 * was killed.
 */
class WorkerKillsIT {
    /** Lanes that work at the same time; one that waits for a lease to run out takes nothing from others. */
    private static final int BUSY = 3;

    @TempDir
    private Path folder;

    @Test
    void theRowsAreTheProtocol() {
        Set<String> calls = Arrays.stream(WorkerProtocol.class.getDeclaredMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        calls.add("enroll");

        assertThat(Call.ofWorkers()).as("one route for each of %s", calls).hasSameSizeAs(calls);
    }

    @ParameterizedTest
    @MethodSource("pond.server.killmatrix.Rounds#asked")
    @Timeout(900)
    void everyCallOfAWorkerMeetsEveryFault(long seed) throws Exception {
        Random seeds = new Random(seed);
        // Stages run as another user, who must get through to the folders that sandboxes show.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        ExecutorService threads = Executors.newFixedThreadPool(Fault.values().length);
        Semaphore busy = new Semaphore(BUSY, true);
        try {
            Map<Fault, Future<?>> lanes = new EnumMap<>(Fault.class);
            for (Fault fault : Fault.values()) {
                Random random = new Random(seeds.nextLong());
                lanes.put(fault, threads.submit(() -> {
                    run(fault, random, busy);
                    return fault;
                }));
            }
            AssertionError failed = new AssertionError("some lanes failed, seed " + seed);
            for (Map.Entry<Fault, Future<?>> lane : lanes.entrySet()) {
                try {
                    lane.getValue().get();
                } catch (ExecutionException e) {
                    failed.addSuppressed(new AssertionError(lane.getKey().toString(), e.getCause()));
                }
            }
            if (failed.getSuppressed().length > 0) {
                throw failed;
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void run(Fault fault, Random random, Semaphore busy) throws IOException, InterruptedException {
        busy.acquire();
        boolean held = true;
        try (WorkerLane lane = new WorkerLane(folder, fault, random)) {
            try {
                lane.strikeWork();
                busy.release();
                held = false;
                lane.checkAndEnd();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("after " + lane.strikes(), e);
            }
        } finally {
            if (held) {
                busy.release();
            }
        }
    }
}
