package pond.server.db;

import java.time.Duration;

/** Who is told of every commit, on the writer's thread; it must be quick. */
public interface CommitListener {
    /**
     * A transaction has been committed, or has failed as a whole.
     *
     * @param pieces of work that it held
     * @param took from its begin to the disk
     */
    void committed(int pieces, Duration took);
}
