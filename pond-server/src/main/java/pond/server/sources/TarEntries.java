package pond.server.sources;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import pond.server.sources.guard.BundleWriter;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;

/**
 * Copies the entries of a tar archive, plain or in gzip or bzip2, into a bundle. Hard links and sparse files are refused
 * rather than rebuilt: both would need the archive's earlier entries again, and neither is in what hosts offer for
 * download. Everything unpacked counts against the bundle's cap, also what is left out.
 */
final class TarEntries {
    /** For one entry's headers with their long names: a library reads those into memory before it hands them out. */
    private static final int MAX_HEADER_BYTES = 1 << 20;

    private static final int TAR_RECORD = 512;

    private final BundleFolder target;
    private final int stripComponents;
    private final long maxUnpacked;
    private final FetchLog log;

    TarEntries(BundleFolder target, int stripComponents, long maxUnpacked, FetchLog log) {
        this.target = target;
        this.stripComponents = stripComponents;
        this.maxUnpacked = maxUnpacked;
        this.log = log;
    }

    /** {@code archive} supports mark. */
    void copy(InputStream archive) throws IOException {
        try (var unpacked = new Metered(unpack(archive), maxUnpacked);
                var tar = new TarArchiveInputStream(unpacked, StandardCharsets.UTF_8.name())) {
            copy(tar, unpacked);
        } catch (SourceException e) {
            throw e;
        } catch (EOFException e) {
            throw new SourceException(Code.SOURCE_INVALID, "the archive ends too early", e);
        } catch (IOException | IllegalArgumentException e) {
            throw SourceException.in(e)
                    .orElseGet(() -> new SourceException(Code.SOURCE_INVALID, "the archive is damaged", e));
        }
    }

    private void copy(TarArchiveInputStream tar, Metered unpacked) throws IOException {
        int leftOut = 0;
        unpacked.allow(MAX_HEADER_BYTES);
        for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            unpacked.allow(Long.MAX_VALUE);
            var path = path(entry.getName());
            if (path.isPresent()) {
                copy(entry, path.get(), tar);
            } else {
                leftOut++;
            }
            // The rest of the entry is passed over here, so that what getNextEntry reads is headers alone.
            tar.transferTo(OutputStream.nullOutputStream());
            unpacked.allow(MAX_HEADER_BYTES);
        }
        if (leftOut > 0 && stripComponents > 0) {
            log.line(leftOut + " entries are not below " + stripComponents + " folders and were left out");
        }
    }

    private void copy(TarArchiveEntry entry, String path, InputStream content) throws IOException {
        if (entry.isSparse()) {
            throw BundleWriter.refused(path, "it is a sparse file");
        }
        if (entry.isDirectory()) {
            target.folder(path);
            return;
        }
        switch (entry.getLinkFlag()) {
            case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_CONTIG ->
                target.file(path, (entry.getMode() & 0100) != 0, entry.getSize(), content);
            case TarConstants.LF_SYMLINK -> target.link(path, entry.getLinkName());
            case TarConstants.LF_LINK ->
                throw BundleWriter.refused(path, "it is a hard link; tar --hard-dereference makes none");
            default -> throw BundleWriter.refused(path, "it is neither file, folder nor link");
        }
    }

    /** Without {@code ./} in front and the slash after a folder; empty when stripping leaves nothing. */
    private Optional<String> path(String name) {
        String path = name;
        while (path.startsWith("./")) {
            path = path.substring(2);
        }
        if (path.endsWith("/") && path.length() > 1) {
            path = path.substring(0, path.length() - 1);
        }
        if (path.isEmpty() || path.equals(".")) {
            return Optional.empty();
        }
        if (path.startsWith("/")) {
            return Optional.of(path);
        }
        var parts = Arrays.asList(path.split("/", -1));
        return parts.size() <= stripComponents
                ? Optional.empty()
                : Optional.of(String.join("/", parts.subList(stripComponents, parts.size())));
    }

    private static InputStream unpack(InputStream archive) throws IOException {
        archive.mark(TAR_RECORD);
        byte[] start = archive.readNBytes(TAR_RECORD);
        archive.reset();
        if (starts(start, 0x1f, 0x8b)) {
            return new GZIPInputStream(archive, 1 << 16);
        }
        if (starts(start, 'B', 'Z', 'h')) {
            return new BZip2CompressorInputStream(archive, true);
        }
        if (starts(start, 'P', 'K', 3, 4)) {
            throw unsupported("a zip file");
        }
        if (starts(start, 0xfd, '7', 'z', 'X', 'Z')) {
            throw unsupported("compressed with xz");
        }
        if (starts(start, 0x28, 0xb5, 0x2f, 0xfd)) {
            throw unsupported("compressed with zstd");
        }
        if (start.length < TAR_RECORD || !TarUtils.verifyCheckSum(start)) {
            throw unsupported("not a tar file");
        }
        return archive;
    }

    private static boolean starts(byte[] bytes, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private static SourceException unsupported(String what) {
        return new SourceException(
                Code.SOURCE_INVALID, "the archive is " + what + "; plain tar, tar.gz and tar.bz2 can be read");
    }

    /** Counts what has been unpacked, all in all and since {@link #allow}. */
    private static final class Metered extends FilterInputStream {
        private final long max;
        private long total;
        private long allowance;

        Metered(InputStream in, long max) {
            super(in);
            this.max = max;
        }

        void allow(long bytes) {
            allowance = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            total += Math.max(count, 0);
            allowance -= Math.max(count, 0);
            if (total > max) {
                throw new SourceException(Code.SOURCE_TOO_LARGE, "the archive unpacks to more than " + max + " bytes");
            }
            if (allowance < 0) {
                throw new SourceException(Code.SOURCE_TOO_LARGE, "an entry's headers in the archive are too long");
            }
            return count;
        }

        @Override
        public long skip(long bytes) throws IOException {
            return Math.max(0, read(new byte[(int) Math.min(bytes, 1 << 16)]));
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
