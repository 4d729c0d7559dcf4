package pond.worker.checkout;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import pond.common.protocol.Job.BundleRef;

/** Builds bundles, bad ones too. */
final class Tars {
    static final BundleExtractor.Limits LIMITS = new BundleExtractor.Limits(10_000, 10_000_000);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    Tars() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    Tars folder(String name) {
        return entry(name, TarConstants.LF_DIR, "", new byte[0], 0755);
    }

    Tars file(String name, String content) {
        return entry(name, TarConstants.LF_NORMAL, "", content.getBytes(StandardCharsets.UTF_8), 0644);
    }

    Tars executable(String name, String content) {
        return entry(name, TarConstants.LF_NORMAL, "", content.getBytes(StandardCharsets.UTF_8), 0755);
    }

    Tars link(String name, String target) {
        return entry(name, TarConstants.LF_SYMLINK, target, new byte[0], 0777);
    }

    Tars entry(String name, byte type, String target, byte[] content, int mode) {
        try {
            TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
            entry.setSize(content.length);
            entry.setMode(mode);
            entry.setLinkName(target);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] toBytes() {
        try {
            tar.close();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static BundleRef ref(byte[] bundle) {
        var digest = Sha256.start();
        digest.update(bundle);
        return new BundleRef(Sha256.hex(digest), bundle.length);
    }

    void extractTo(Path into) throws IOException {
        byte[] bundle = toBytes();
        BundleExtractor.extract(new ByteArrayInputStream(bundle), ref(bundle), into, LIMITS);
    }
}
