package pond.server.killmatrix;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

/** How often the matrix is gone through. */
final class Rounds {
    private Rounds() {}

    /** The seeds of as many rounds as {@code scripts/kill-matrix} asks for; of one without it. */
    static LongStream asked() {
        long first = Long.getLong("pond.kills.seed", ThreadLocalRandom.current().nextInt(1_000_000));
        return LongStream.range(first, first + Integer.getInteger("pond.kills.rounds", 1));
    }
}
