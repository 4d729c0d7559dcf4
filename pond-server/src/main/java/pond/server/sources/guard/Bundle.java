package pond.server.sources.guard;

/**
 * A finished bundle.
 *
 * @param sha256 of the tar file, 64 lower-case hex digits; also its name in the store
 * @param size of the tar file in bytes
 * @param entries folders, files and links in it
 */
public record Bundle(String sha256, long size, int entries) {}
