package pond.server.db;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How one database is run.
 *
 * @param name names the threads and appears in messages: {@code pond}, {@code logs}
 * @param file the SQLite file, made when missing; {@code -wal} and {@code -shm} files appear beside it
 * @param readers connections for reading, and so the number of reads at one time
 * @param maxQueued writes that may wait before further ones are refused
 * @param closeWait how long {@link Database#close} lets queued writes finish
 */
public record DatabaseConfig(String name, Path file, int readers, int maxQueued, Duration closeWait) {
    public DatabaseConfig {
        if (readers < 1 || maxQueued < 1 || closeWait.isNegative()) {
            throw new IllegalArgumentException("readers and maxQueued are at least 1, closeWait is not negative");
        }
    }

    /** Four readers, 10,000 queued writes, 10 seconds to close. */
    public static DatabaseConfig of(String name, Path file) {
        return new DatabaseConfig(name, file, 4, 10_000, Duration.ofSeconds(10));
    }
}
