package pond.server.db;

import org.jspecify.annotations.Nullable;

/**
 * A piece of work inside a transaction. It must be short and must not wait for anything: every other write stands in
 * line behind it. A failing statement must end the work with an exception; SQLite may have given up the whole
 * transaction by then, and what is executed after that would not belong to any.
 */
@FunctionalInterface
public interface Work<T extends @Nullable Object> {
    /** Runs once. The {@code tx} is void as soon as this returns or throws. */
    T run(Tx tx) throws Exception;
}
