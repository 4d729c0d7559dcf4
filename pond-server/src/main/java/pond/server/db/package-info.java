/**
 * The storage engine: the state directory, SQLite files with one writer thread each, and numbered migrations. It owns
 * no product table. Its invariant: a future of {@link pond.server.db.Database#write} completes normally only after the
 * commit that holds its rows is on disk. Whatever is particular to SQLite stays in this package; read
 * {@link pond.server.db.Database} first, then {@code Writer}.
 */
@NullMarked
package pond.server.db;

import org.jspecify.annotations.NullMarked;
