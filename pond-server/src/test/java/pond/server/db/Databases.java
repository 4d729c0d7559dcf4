package pond.server.db;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.sqlite.SQLiteCommitListener;
import org.sqlite.SQLiteConnection;

/** A database of one table {@code notes (id, text unique)} with the questions that tests ask of it. */
final class Databases implements AutoCloseable {
    static final Migrator NOTES = new Migrator("db/good", List.of("0001_create_notes.sql"), () -> Instant.EPOCH);

    final ExecutorService completions = Executors.newSingleThreadExecutor(task -> new Thread(task, "completions"));
    final Database db;

    Databases(Path folder) {
        this(DatabaseConfig.of("test", folder.resolve("test.db")));
    }

    Databases(DatabaseConfig config) {
        this.db = Database.open(config, NOTES, completions);
    }

    static DatabaseConfig config(Path folder, int maxQueued, Duration closeWait) {
        return new DatabaseConfig("test", folder.resolve("test.db"), 2, maxQueued, closeWait);
    }

    @Override
    public void close() {
        db.close();
        completions.shutdownNow();
    }

    static int insert(Tx tx, String text) throws SQLException {
        PreparedStatement insert = tx.statement("INSERT INTO notes (text) VALUES (?)");
        insert.setString(1, text);
        return insert.executeUpdate();
    }

    CompletableFuture<Integer> insert(String text) {
        return db.write(tx -> insert(tx, text));
    }

    List<String> texts() {
        return db.read(tx -> tx.handle()
                .createQuery("SELECT text FROM notes ORDER BY id")
                .mapTo(String.class)
                .list());
    }

    static SQLiteConnection connection(Tx tx) throws SQLException {
        Connection connection = tx.statement("SELECT 1").getConnection();
        return connection.unwrap(SQLiteConnection.class);
    }

    static String pragma(Tx tx, String name) throws SQLException {
        try (ResultSet row = tx.statement("PRAGMA " + name).executeQuery()) {
            return row.next() ? row.getString(1) : "";
        }
    }

    /** Counts the writer's commits from now on. */
    AtomicInteger countCommits() throws Exception {
        AtomicInteger commits = new AtomicInteger();
        SQLiteCommitListener listener = new SQLiteCommitListener() {
            @Override
            public void onCommit() {
                commits.incrementAndGet();
            }

            @Override
            public void onRollback() {
                // Only commits are counted.
            }
        };
        get(db.write(tx -> {
            connection(tx).addCommitListener(listener);
            return true;
        }));
        commits.set(0);
        return commits;
    }

    /** Keeps the writer inside a piece of work until the returned latch is counted down. */
    CountDownLatch hold() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        holders.add(db.write(tx -> {
            held.countDown();
            return release.await(30, TimeUnit.SECONDS);
        }));
        if (!held.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the writer did not come");
        }
        return release;
    }

    private final ConcurrentLinkedQueue<CompletableFuture<Boolean>> holders = new ConcurrentLinkedQueue<>();

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    static Throwable failure(CompletableFuture<?> future) throws Exception {
        return get(future.handle((value, e) -> {
            if (e == null) {
                throw new AssertionError("completed with " + value);
            }
            return e;
        }));
    }
}
