package pond.server.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.CMTTransactionHandler;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;

/** A connection with its prepared statements and its JDBI. Used by one thread at a time. */
final class Session {
    /** More distinct hot statements than the product has; the bound is for statements made by mistake. */
    private static final int KEPT_STATEMENTS = 128;

    private final SQLiteConnection connection;
    private final Jdbi jdbi;
    private final Map<String, PreparedStatement> statements = new LinkedHashMap<>(64, 0.75f, true);
    private final List<PreparedStatement> used = new ArrayList<>();

    Session(SQLiteConnection connection) {
        this.connection = connection;
        // Transactions are ours alone. A driver that commits by itself tries to begin one before each statement:
        // three more calls into SQLite, and an error message that nobody reads.
        connection.getConnectionConfig().setAutoCommit(false);
        this.jdbi = Jdbi.create(new Borrowed(connection))
                .setTransactionHandler(new CMTTransactionHandler())
                .registerArgument(new InstantColumns.Argument())
                .registerColumnMapper(new InstantColumns.Mapper());
    }

    Handle openHandle() {
        return jdbi.open();
    }

    PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement statement = prepared(sql);
        statement.clearParameters();
        used.add(statement);
        return statement;
    }

    /** For the statements of the engine itself: BEGIN, SAVEPOINT and their like. */
    void execute(String sql) throws SQLException {
        prepared(sql).execute();
    }

    /** For what must be stepped through to its end and has no columns, which the driver's queries refuse. */
    void script(String sql) throws SQLException {
        Sqlite.execute(connection, sql);
    }

    /**
     * Ends what the last piece of work left open, since a result set that was not read to its end would hold back
     * checkpoints, and forgets statements beyond the bound (only here: during the work they may be in use).
     */
    void tidy() throws SQLException {
        for (PreparedStatement statement : used) {
            if (isUsable(statement)) {
                ((CoreStatement) statement).pointer.safeRunInt(DB::reset);
            }
        }
        used.clear();
        var oldest = statements.values().iterator();
        while (statements.size() > KEPT_STATEMENTS) {
            PreparedStatement statement = oldest.next();
            oldest.remove();
            statement.close();
        }
    }

    /** Makes the statement that is running fail, if one is just running; callable from any thread. */
    void interrupt() throws SQLException {
        connection.getDatabase().interrupt();
    }

    void close() throws SQLException {
        connection.close();
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known != null && isUsable(known)) {
            return known;
        }
        PreparedStatement fresh = connection.prepareStatement(sql);
        statements.put(sql, fresh);
        return fresh;
    }

    /** The driver gives up a statement's native half after some errors, without marking the statement as closed. */
    private static boolean isUsable(PreparedStatement statement) throws SQLException {
        return !statement.isClosed() && !((CoreStatement) statement).pointer.isClosed();
    }

    /** The connection outlives JDBI's handles. */
    private record Borrowed(Connection connection) implements ConnectionFactory {
        @Override
        public Connection openConnection() {
            return connection;
        }

        @Override
        public void closeConnection(Connection borrowed) {
            // Its owner closes it.
        }
    }
}
