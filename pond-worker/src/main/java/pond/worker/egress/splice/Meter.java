package pond.worker.egress.splice;

import java.io.IOException;

/** Is told of every byte that was passed on. */
@FunctionalInterface
public interface Meter {

    /**
     * Adds to the count.
     *
     * @throws IOException when there have been too many
     */
    void count(long bytes) throws IOException;
}
