package pond.server.dispatch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * The whole of dispatch at random; a failure tells the seed and every step. {@code scripts/simulate} does the same for as
 * long as one likes, and from a seed that is named.
 */
class DispatchSimulationTest {
    private static final int STEPS = 60;

    /** In memory where the system has such a folder: it is the order of things that is looked at, not the disk. */
    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(
                org.junit.jupiter.api.extension.AnnotatedElementContext element,
                org.junit.jupiter.api.extension.ExtensionContext context)
                throws IOException {
            Path memory = Path.of("/dev/shm");
            return Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "pond-simulation")
                    : Files.createTempDirectory("pond-simulation");
        }
    }

    @TempDir(factory = InMemory.class, cleanup = CleanupMode.ALWAYS)
    private Path folder;

    @Test
    @Timeout(3_600)
    void invariantsHoldWhateverHappens() throws Exception {
        long first = Long.getLong("pond.simulation.seed", new Random().nextInt(1_000_000_000));
        int episodes = Integer.getInteger("pond.simulation.episodes", 100);
        try (Simulation simulation = new Simulation(folder)) {
            for (long seed = first; seed < first + episodes; seed++) {
                simulation.episode(seed, STEPS);
            }
        } catch (AssertionError e) {
            throw new AssertionError("the first seed was " + first, e);
        }
    }
}
