package pond.server.sources.guard;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import pond.common.bundle.LinkRules;
import pond.server.sources.guard.SourceException.Code;

/**
 * The one sink for what sources hold, and the place of all rules on it: whoever extracts a finished bundle, however
 * naively, writes inside one folder. Paths are relative and in their shortest form, nothing comes twice, nothing lies
 * below a file or a link, links stay inside even through other links and are written after everything else, so that no
 * extractor can be led through one. Nothing else exists: no devices, no hard links, no owners, no times, which also makes
 * equal contents equal bundles.
 *
 * <p>Writes a POSIX tar file with the PAX forms for long names and big files. For one thread; a writer that has thrown
 * is good for {@link #close} only, which removes the unfinished file.
 */
public final class BundleWriter implements Closeable {
    /** The first day that a zip file can name: tools that pack a checkout fail on earlier times. */
    private static final FileTime TIME = FileTime.from(Instant.parse("1980-01-02T00:00:00Z"));

    private static final int BUFFER = 1 << 16;

    private enum Kind {
        FOLDER,
        FILE,
        LINK
    }

    private final Path file;
    private final SourceSettings settings;
    private final FetchScope scope;
    private final FileChannel channel;
    private final CappedOutput capped;
    private final DigestOutputStream digested;
    private final TarArchiveOutputStream tar;
    private final Map<String, Kind> kinds = new HashMap<>();
    private final Map<String, String> links = new LinkedHashMap<>();
    private final byte[] buffer = new byte[BUFFER];

    /** Writes to {@code file}, which must not exist. */
    public BundleWriter(Path file, SourceSettings settings, FetchScope scope) throws IOException {
        this.file = file;
        this.settings = settings;
        this.scope = scope;
        this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.capped = new CappedOutput(Channels.newOutputStream(channel), settings.bundleMaxBytes());
        this.digested = new DigestOutputStream(new BufferedOutputStream(capped, BUFFER), Digests.sha256());
        this.tar = new TarArchiveOutputStream(digested, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    /** A folder; one that is there already is fine. */
    public void folder(String path) throws IOException {
        EntryPath.checked(path);
        if (kinds.get(path) != Kind.FOLDER) {
            claim(path, Kind.FOLDER);
            write(entry(path + "/", TarConstants.LF_DIR, 0755));
        }
    }

    /**
     * A regular file.
     *
     * @param size exactly how many bytes are taken from {@code content}; fewer are an error
     */
    public void file(String path, boolean executable, long size, InputStream content) throws IOException {
        EntryPath.checked(path);
        claim(path, Kind.FILE);
        if (size > settings.bundleMaxBytes() - capped.written) {
            throw tooLarge();
        }
        var entry = entry(path, TarConstants.LF_NORMAL, executable ? 0755 : 0644);
        entry.setSize(size);
        tar.putArchiveEntry(entry);
        for (long left = size; left > 0; ) {
            scope.check();
            int count = content.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                throw EntryPath.refused(path, "it is shorter than announced");
            }
            tar.write(buffer, 0, count);
            left -= count;
        }
        tar.closeArchiveEntry();
    }

    /** A symbolic link. Whether it stays inside is known, and said, when all links are: in {@link #finish}. */
    public void link(String path, String target) throws IOException {
        EntryPath.checked(path);
        EntryPath.checkTarget(path, target);
        claim(path, Kind.LINK);
        links.put(path, target);
    }

    /** Writes the links, makes the file durable and moves it into the store. */
    public Bundle finish(Bundles store) throws IOException {
        Optional<String> escape = LinkRules.findEscape(links);
        if (escape.isPresent()) {
            throw EntryPath.leaves(escape.get());
        }
        for (var link : links.entrySet()) {
            var entry = entry(link.getKey(), TarConstants.LF_SYMLINK, 0777);
            entry.setLinkName(link.getValue());
            write(entry);
        }
        tar.finish();
        digested.flush();
        channel.force(true);
        tar.close();
        String sha256 = HexFormat.of().formatHex(digested.getMessageDigest().digest());
        store.adopt(file, sha256);
        return new Bundle(sha256, capped.written, kinds.size());
    }

    /** The failure for an entry that is no folder, file or symbolic link; nothing of it is written. */
    public static SourceException refused(String path, String why) {
        return EntryPath.refused(path, why);
    }

    /** How many entries there are so far. */
    public int entries() {
        return kinds.size();
    }

    private void claim(String path, Kind kind) throws IOException {
        scope.check();
        var parent = EntryPath.parent(path);
        if (parent.isPresent()) {
            var above = kinds.get(parent.get());
            if (above == Kind.FILE || above == Kind.LINK) {
                throw EntryPath.refused(path, "it lies below a file or a link");
            }
            folder(parent.get());
        }
        if (kinds.putIfAbsent(path, kind) != null) {
            throw EntryPath.refused(path, "its path is taken by another entry");
        }
        if (kinds.size() > settings.maxEntries()) {
            throw new SourceException(
                    Code.SOURCE_TOO_LARGE, "the run's sources have more than " + settings.maxEntries() + " entries");
        }
    }

    private void write(TarArchiveEntry entry) throws IOException {
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private static TarArchiveEntry entry(String name, byte kind, int mode) {
        var entry = new TarArchiveEntry(name, kind);
        entry.setMode(mode);
        entry.setModTime(TIME);
        entry.setIds(0, 0);
        entry.setNames("", "");
        return entry;
    }

    private SourceException tooLarge() {
        return new SourceException(
                Code.SOURCE_TOO_LARGE, "the run's sources have more than " + settings.bundleMaxBytes() + " bytes");
    }

    /** Removes what was written, unless {@link #finish} has moved it away. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }

    private final class CappedOutput extends OutputStream {
        private final OutputStream out;
        private final long limit;
        private long written;

        CappedOutput(OutputStream out, long limit) {
            this.out = out;
            this.limit = limit;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > limit - written) {
                throw tooLarge();
            }
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                // This server's disk, not the source: nothing on the way may take it for damaged data.
                throw new UncheckedIOException(e);
            }
            written += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
