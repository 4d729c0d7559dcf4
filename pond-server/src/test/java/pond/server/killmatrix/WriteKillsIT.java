package pond.server.killmatrix;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens around a write of {@code /v1}: it took effect as a whole or not at all, and its repeat leads to one effect
 * or to a clear refusal. All writes meet a fault together, with one kill, for each acts on things of its own.
 *
 * <p>A caller has no state that a kill could hurt. What the server sees of its death is the end of its connection, and that
 * is what happens here.
 */
class WriteKillsIT {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("pond.server.killmatrix.Rounds#asked")
    @Timeout(900)
    void everyWriteMeetsEveryFault(long seed) throws Exception {
        AssertionError failed = new AssertionError("some writes failed, seed " + seed);
        try (WriteLane lane = new WriteLane(folder, new Random(seed))) {
            for (Fault fault : Fault.values()) {
                lane.strike(fault).forEach(failed::addSuppressed);
            }
        }
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }
}
