package pond.server.db;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work's view of a transaction. Services pass it on to stores and to services of other rooms, which so
 * become part of the same transaction. It belongs to the thread that was given it and ends with the work; nothing
 * taken from it (handle, statement, result set) may be kept.
 */
public final class Tx {
    private final Session session;
    private final @Nullable Hooks hooks;
    private @Nullable Handle handle;
    private boolean ended;

    /** With {@code hooks} null the transaction only reads. */
    Tx(Session session, @Nullable Hooks hooks) {
        this.session = session;
        this.hooks = hooks;
    }

    /**
     * JDBI on this transaction; instants are stored as epoch milliseconds. A JDBI transaction inside simply joins this
     * one.
     */
    public Handle handle() {
        requireRunning();
        if (handle == null) {
            handle = session.openHandle();
        }
        return handle;
    }

    /**
     * A statement that is prepared once per connection, for hot paths. Do not close it; its parameters are cleared, and
     * asking for the same SQL again while its result set is being read would end that result set.
     */
    public PreparedStatement statement(String sql) throws SQLException {
        requireRunning();
        return session.statement(sql);
    }

    /**
     * Runs a change and gives the number of rows that it hit; statement and parameters as for {@link #list}.
     *
     * @throws DatabaseException when SQLite refuses it
     */
    public int update(String sql, @Nullable Object... values) {
        try {
            return bound(sql, values).executeUpdate();
        } catch (SQLException e) {
            throw new DatabaseException("a change failed", e);
        }
    }

    /** The first row of a query, if there is one; statement and parameters as for {@link #list}. */
    public <T> Optional<T> find(String sql, Function<Row, T> mapper, @Nullable Object... values) {
        try (ResultSet rows = bound(sql, values).executeQuery()) {
            return rows.next() ? Optional.of(mapper.apply(new Row(rows))) : Optional.empty();
        } catch (SQLException e) {
            throw new DatabaseException("a query failed", e);
        }
    }

    /**
     * All rows of a query, through a cached statement (see {@link #statement}), which is several times as fast as
     * {@link #handle}. The SQL must come from a bounded set of texts. A parameter is null, a text, a number, true or false
     * (as 1 or 0), an instant (as epoch milliseconds), bytes, or anything else as its {@code toString}, such as an id or a
     * status. The mapper must not use the transaction.
     *
     * @throws DatabaseException when SQLite refuses it
     */
    public <T> List<T> list(String sql, Function<Row, T> mapper, @Nullable Object... values) {
        try (ResultSet rows = bound(sql, values).executeQuery()) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(mapper.apply(new Row(rows)));
            }
            return all;
        } catch (SQLException e) {
            throw new DatabaseException("a query failed", e);
        }
    }

    private PreparedStatement bound(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = statement(sql);
        for (int i = 0; i < values.length; i++) {
            Row.bind(statement, i + 1, values[i]);
        }
        return statement;
    }

    /**
     * Runs {@code hook} on the writer thread once this work is on disk, before its future completes; hooks run in the
     * order of the transactions and, within one, of registration. The hook is dropped when the work fails. It must be
     * quick (every write waits for it); it may call {@link Database#write}, but not wait for the result.
     *
     * @throws IllegalStateException inside {@link Database#read}
     */
    public void afterCommit(Runnable hook) {
        hooks().afterCommit.add(hook);
    }

    /**
     * Runs {@code hook} as the last part of this work, inside its transaction: when all that the work changes has been
     * changed. What it throws fails the work.
     *
     * @throws IllegalStateException inside {@link Database#read}
     */
    public void lastly(Runnable hook) {
        hooks().last.add(hook);
    }

    /**
     * Runs {@code hook} on the writer thread when nothing of this work stands, because it or its commit has failed; else
     * as {@link #afterCommit}.
     *
     * @throws IllegalStateException inside {@link Database#read}
     */
    public void ifUndone(Runnable hook) {
        hooks().undone.add(hook);
    }

    private Hooks hooks() {
        requireRunning();
        if (hooks == null) {
            throw new IllegalStateException("a read has no commit to follow");
        }
        return hooks;
    }

    void end() throws SQLException {
        ended = true;
        try {
            if (handle != null) {
                handle.close();
            }
        } finally {
            session.tidy();
        }
    }

    private void requireRunning() {
        if (ended) {
            throw new IllegalStateException("the transaction has ended");
        }
    }
}
