package pond.server.db;

/**
 * The space that a database takes.
 *
 * @param bytes of the file, without what its WAL has still to add to it or to take from it
 * @param freeBytes of those, how many hold nothing; they are used again before the file grows
 * @param shrinks whether {@link Database#release} can give them back
 */
public record FileSpace(long bytes, long freeBytes, int pageBytes, boolean shrinks) {
    private static final long INCREMENTAL = 2;

    static FileSpace of(Tx tx) {
        long pageBytes = pragma(tx, "page_size");
        return new FileSpace(
                pragma(tx, "page_count") * pageBytes,
                pragma(tx, "freelist_count") * pageBytes,
                Math.toIntExact(pageBytes),
                pragma(tx, "auto_vacuum") == INCREMENTAL);
    }

    private static long pragma(Tx tx, String name) {
        return tx.find("PRAGMA " + name, row -> row.number(name)).orElseThrow();
    }
}
