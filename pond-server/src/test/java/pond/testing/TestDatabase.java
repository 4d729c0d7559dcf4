package pond.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import pond.server.db.Database;
import pond.server.db.DatabaseConfig;
import pond.server.db.Migrator;

/** A real database with some of the server's own scripts. */
public final class TestDatabase implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 30;

    public final Database db;
    private final ExecutorService completions = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "pond-test-completions");
        thread.setDaemon(true);
        return thread;
    });

    /** Opens {@code NAME.db} in the folder with these scripts of {@code db/NAME}. */
    public TestDatabase(Path folder, String name, String... scripts) {
        this(folder, name, new Migrator("db/" + name, List.of(scripts), InstantSource.fixed(Instant.EPOCH)));
    }

    /** Opens {@code NAME.db} in the folder with a schema, such as the server's own. */
    public TestDatabase(Path folder, String name, Migrator migrator) {
        db = Database.open(DatabaseConfig.of(name, folder.resolve(name + ".db")), migrator, completions);
    }

    /** A new folder for tests that have no {@code @TempDir}; its files are left to the system's clean-up. */
    public static Path newFolder() {
        try {
            return Files.createTempDirectory("pond-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a future brings. */
    public static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("the future brought nothing", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Why a future failed. */
    public static Throwable failure(CompletableFuture<?> future) {
        return get(future.handle((value, failure) -> {
            if (failure == null) {
                throw new AssertionError("completed with " + value);
            }
            return failure;
        }));
    }

    @Override
    public void close() {
        db.close();
        completions.shutdownNow();
    }
}
