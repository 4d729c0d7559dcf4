package pond.server.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/** The pool of connections that can only read. Each read sees one snapshot, however many statements it runs. */
final class Readers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Readers.class);
    private static final long WAIT_MILLIS = 5_000;
    private static final long CLOSE_WAIT_MILLIS = 500;
    private static final int INTERRUPTS = 20;
    private static final long INTERRUPT_EVERY_MILLIS = 50;

    private final HikariDataSource pool;
    /** Shared by running reads; closing takes it alone. */
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();

    private final Map<SQLiteConnection, Session> sessions = new ConcurrentHashMap<>();
    private volatile boolean closing;

    Readers(DatabaseConfig config) {
        AtomicInteger threads = new AtomicInteger();
        HikariConfig settings = new HikariConfig();
        settings.setPoolName("pond-db-" + config.name() + "-readers");
        settings.setDataSource(Sqlite.readers(config.file()));
        settings.setMaximumPoolSize(config.readers());
        settings.setConnectionTimeout(WAIT_MILLIS);
        // A connection to a file does not age, and its prepared statements are worth keeping.
        settings.setMaxLifetime(0);
        settings.setThreadFactory(task -> {
            Thread thread = new Thread(task, "pond-db-" + config.name() + "-readers-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.pool = new HikariDataSource(settings);
    }

    <T extends @Nullable Object> T read(Work<T> work) throws Exception {
        if (closing || !gate.readLock().tryLock()) {
            throw new DatabaseBusyException("the database is closing");
        }
        try (Connection pooled = borrow()) {
            Session session = session(pooled.unwrap(SQLiteConnection.class));
            try {
                session.execute("BEGIN");
                return run(work, session);
            } finally {
                endSnapshot(session, pooled);
            }
        } finally {
            gate.readLock().unlock();
        }
    }

    /** Gives running reads a moment, then interrupts them; the pool would leave them running on closed connections. */
    @Override
    public void close() {
        closing = true;
        try {
            boolean idle = gate.writeLock().tryLock(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
            for (int i = 0; i < INTERRUPTS && !idle; i++) {
                sessions.values().forEach(Readers::interrupt);
                idle = gate.writeLock().tryLock(INTERRUPT_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pool.close();
        }
    }

    private static void interrupt(Session session) {
        try {
            session.interrupt();
        } catch (SQLException e) {
            log.debug("a reader's connection was closed already: {}", e.getMessage());
        }
    }

    private static <T extends @Nullable Object> T run(Work<T> work, Session session) throws Exception {
        Tx tx = new Tx(session, null);
        try {
            return work.run(tx);
        } finally {
            tx.end();
        }
    }

    private Connection borrow() {
        try {
            return pool.getConnection();
        } catch (SQLException e) {
            throw new DatabaseBusyException("no connection for reading is free", e);
        }
    }

    private Session session(SQLiteConnection connection) {
        Session known = sessions.get(connection);
        if (known != null) {
            return known;
        }
        sessions.keySet().removeIf(Readers::isClosed);
        return sessions.computeIfAbsent(connection, Session::new);
    }

    private void endSnapshot(Session session, Connection pooled) {
        try {
            session.execute("ROLLBACK");
        } catch (SQLException e) {
            // Whatever state it is in, the next reader must not inherit it.
            pool.evictConnection(pooled);
        }
    }

    private static boolean isClosed(SQLiteConnection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }
}
