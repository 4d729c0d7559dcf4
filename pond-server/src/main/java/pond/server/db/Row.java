package pond.server.db;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The row that a query has come to, column by column. Valid inside the mapper that it was handed to. Reading a column
 * that is null through a method without {@code OrNull} is a fault of the query, and throws.
 */
public final class Row {
    private final ResultSet rows;

    Row(ResultSet rows) {
        this.rows = rows;
    }

    public String text(String column) {
        return present(column, textOrNull(column));
    }

    public @Nullable String textOrNull(String column) {
        return value(() -> rows.getString(column));
    }

    public long number(String column) {
        return present(column, numberOrNull(column));
    }

    public @Nullable Long numberOrNull(String column) {
        return value(() -> {
            long number = rows.getLong(column);
            return rows.wasNull() ? null : number;
        });
    }

    public @Nullable Integer intOrNull(String column) {
        Long number = numberOrNull(column);
        return number == null ? null : Math.toIntExact(number);
    }

    public boolean flag(String column) {
        return number(column) != 0;
    }

    public @Nullable Boolean flagOrNull(String column) {
        Long number = numberOrNull(column);
        return number == null ? null : number != 0;
    }

    public Instant instant(String column) {
        return Instant.ofEpochMilli(number(column));
    }

    public @Nullable Instant instantOrNull(String column) {
        Long millis = numberOrNull(column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    public byte @Nullable [] bytesOrNull(String column) {
        return value(() -> rows.getBytes(column));
    }

    /** The constant whose {@code toString} the column holds. */
    public <E extends Enum<E>> E constant(String column, Class<E> type) {
        String text = text(column);
        for (E constant : type.getEnumConstants()) {
            if (constant.toString().equals(text)) {
                return constant;
            }
        }
        throw new DatabaseException("column " + column + " holds no " + type.getSimpleName());
    }

    static void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.NULL);
        } else if (value instanceof Integer || value instanceof Long) {
            statement.setLong(index, ((Number) value).longValue());
        } else if (value instanceof Boolean flag) {
            statement.setInt(index, flag ? 1 : 0);
        } else if (value instanceof Instant instant) {
            statement.setLong(index, instant.toEpochMilli());
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(index, bytes);
        } else {
            statement.setString(index, value.toString());
        }
    }

    private static <T> T present(String column, @Nullable T value) {
        if (value == null) {
            throw new DatabaseException("column " + column + " is null");
        }
        return value;
    }

    private static <T> @Nullable T value(Read<T> read) {
        try {
            return read.get();
        } catch (SQLException e) {
            throw new DatabaseException("a column could not be read", e);
        }
    }

    private interface Read<T> {
        @Nullable
        T get() throws SQLException;
    }
}
