package pond.server.sources;

/**
 * What a source turned out to be.
 *
 * @param revision the commit id of a git repository; of everything else {@code sha256:} and a digest: of a tarball's
 *     bytes as downloaded, of the entries of a folder or of inline files
 */
public record ResolvedSource(String label, String kind, String revision) {}
