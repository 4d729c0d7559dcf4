package pond.server.sources;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import pond.server.sources.guard.BundleWriter;
import pond.server.sources.guard.Digests;

/** The part of a bundle that one source fills. Keeps a digest of what it was given, independent of where it lies. */
final class BundleFolder {
    private final BundleWriter writer;
    private final String prefix;
    private final MessageDigest digest = Digests.sha256();

    private BundleFolder(BundleWriter writer, String prefix) {
        this.writer = writer;
        this.prefix = prefix;
    }

    static BundleFolder root(BundleWriter writer) {
        return new BundleFolder(writer, "");
    }

    BundleFolder below(String path) throws IOException {
        writer.folder(prefix + path);
        return new BundleFolder(writer, prefix + path + "/");
    }

    void folder(String path) throws IOException {
        note('d', path, "");
        writer.folder(prefix + path);
    }

    void file(String path, boolean executable, long size, InputStream content) throws IOException {
        note(executable ? 'x' : 'f', path, Long.toString(size));
        writer.file(prefix + path, executable, size, new DigestInputStream(content, digest));
    }

    void file(String path, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        file(path, false, bytes.length, new ByteArrayInputStream(bytes));
    }

    void link(String path, String target) throws IOException {
        note('l', path, target);
        writer.link(prefix + path, target);
    }

    int entries() {
        return writer.entries();
    }

    /** {@code sha256:} and the digest of everything so far; ends this folder. */
    String revision() {
        return "sha256:" + HexFormat.of().formatHex(digest.digest());
    }

    /** Paths and targets hold no control characters, so a zero byte divides them. */
    private void note(char kind, String path, String more) {
        digest.update((kind + path + '\0' + more + '\0').getBytes(StandardCharsets.UTF_8));
    }
}
