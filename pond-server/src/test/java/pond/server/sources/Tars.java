package pond.server.sources;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/** Makes archives, also ones that no honest program would. */
final class Tars {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    Tars() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    Tars file(String name, String text) throws IOException {
        return file(name, 0644, text.getBytes(StandardCharsets.UTF_8));
    }

    Tars file(String name, int mode, byte[] content) throws IOException {
        // The flag keeps a leading slash, which is taken off otherwise.
        var entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
        entry.setSize(content.length);
        entry.setMode(mode);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
        return this;
    }

    Tars entry(String name, byte kind, String linkName) throws IOException {
        var entry = new TarArchiveEntry(name, kind, true);
        entry.setLinkName(linkName);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
        return this;
    }

    Tars link(String name, String target) throws IOException {
        return entry(name, TarConstants.LF_SYMLINK, target);
    }

    byte[] plain() throws IOException {
        tar.finish();
        return bytes.toByteArray();
    }

    byte[] gzip() throws IOException {
        return gzip(plain());
    }

    static byte[] gzip(byte[] content) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    byte[] bzip2() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new BZip2CompressorOutputStream(packed)) {
            out.write(plain());
        }
        return packed.toByteArray();
    }
}
