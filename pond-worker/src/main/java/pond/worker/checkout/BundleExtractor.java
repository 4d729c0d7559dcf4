package pond.worker.checkout;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;
import pond.common.bundle.LinkRules;
import pond.common.protocol.Job.BundleRef;

/**
 * Makes a checkout of a bundle, trusting nothing in it. A bundle is a tar of folders, regular files (of whose mode only
 * the executable bit counts) and symbolic links; the links come last, so that while files are made there is none to go
 * through. Anything else, a repeated name, a name or a link that leaves the checkout, or bytes of another digest fail
 * the whole bundle, and then nothing of it is left on disk.
 */
public final class BundleExtractor {
    private static final Set<StandardOpenOption> CREATE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final FileAttribute<Set<PosixFilePermission>> PLAIN = mode("rw-r--r--");
    private static final FileAttribute<Set<PosixFilePermission>> EXECUTABLE = mode("rwxr-xr-x");
    /** Leaves room for the worker's own folders below the 4096 bytes that Linux takes. */
    private static final int MAX_PATH_BYTES = 3072;

    private static final int MAX_NAME_BYTES = 255;

    private final Path root;
    private final Limits limits;
    private final Optional<Owner> owner;
    private final Map<String, String> links = new LinkedHashMap<>();
    private final byte[] buffer = new byte[64 * 1024];
    private String knownFolder = "";
    private Path knownPath;
    private int entries;
    private long bytes;
    private boolean linksBegan;

    private BundleExtractor(Path root, Limits limits, Optional<Owner> owner) {
        this.root = root;
        this.limits = limits;
        this.owner = owner;
        this.knownPath = root;
    }

    /** What a bundle may hold: entries of any kind, and bytes of all its files together. */
    public record Limits(int entries, long bytes) {}

    /**
     * Extracts into a folder that is made here and must not be there yet. Reads the stream to its end; the caller closes
     * it.
     *
     * @throws BundleException when the bundle is refused
     * @throws IOException when reading or the disk fails, or the folder exists
     */
    public static void extract(InputStream tar, BundleRef expected, Path into, Limits limits) throws IOException {
        extract(tar, expected, into, limits, Optional.empty());
    }

    /**
     * As above; the folder and all in it belong to the owner, if there is one, else to this process.
     *
     * @return how many entries the bundle has
     */
    static int extract(InputStream tar, BundleRef expected, Path into, Limits limits, Optional<Owner> owner)
            throws IOException {
        Files.createDirectory(into, EXECUTABLE);
        try {
            DigestedStream digested = new DigestedStream(tar, expected);
            BundleExtractor extractor = new BundleExtractor(into, limits, owner);
            extractor.own(into);
            extractor.extract(digested);
            digested.verify();
            return extractor.entries;
        } catch (IOException | RuntimeException e) {
            removeAfter(e, into);
            throw e;
        }
    }

    private static void removeAfter(Exception failure, Path folder) {
        try {
            Trees.delete(folder);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    // The stream belongs to the caller, and closing the tar reader would close it.
    @SuppressWarnings("resource")
    private void extract(InputStream in) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(in, StandardCharsets.UTF_8.name());
        for (TarArchiveEntry entry = next(tar); entry != null; entry = next(tar)) {
            if (++entries > limits.entries()) {
                throw new BundleException("the bundle has more than " + limits.entries() + " entries");
            }
            add(tar, entry);
        }
        makeLinks();
    }

    private static @Nullable TarArchiveEntry next(TarArchiveInputStream tar) throws IOException {
        try {
            return tar.getNextEntry();
        } catch (IllegalArgumentException e) {
            throw new BundleException("the bundle is no tar file", e);
        }
    }

    private void add(InputStream tar, TarArchiveEntry entry) throws IOException {
        byte type = entry.getLinkFlag();
        String name = entry.getName();
        boolean isLink = type == TarConstants.LF_SYMLINK;
        if (linksBegan && !isLink) {
            throw refused(name, "comes after a link");
        }
        linksBegan = isLink;
        if (type == TarConstants.LF_DIR) {
            folder(checked(name.endsWith("/") ? name.substring(0, name.length() - 1) : name));
        } else if (isLink) {
            link(checked(name), entry.getLinkName());
        } else if ((type == TarConstants.LF_NORMAL || type == TarConstants.LF_OLDNORM) && !entry.isSparse()) {
            file(checked(name), tar, (entry.getMode() & 0100) != 0);
        } else {
            throw refused(name, "is neither a folder, a regular file nor a symbolic link");
        }
    }

    private void file(String name, InputStream content, boolean executable) throws IOException {
        Path path = place(name);
        try (OutputStream out =
                Channels.newOutputStream(Files.newByteChannel(path, CREATE, executable ? EXECUTABLE : PLAIN))) {
            for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
                bytes += count;
                if (bytes > limits.bytes()) {
                    throw new BundleException("the bundle's files have more than " + limits.bytes() + " bytes");
                }
                out.write(buffer, 0, count);
            }
        } catch (FileAlreadyExistsException e) {
            throw refused(name, "is there twice");
        }
        own(path);
    }

    private void own(Path path) throws IOException {
        if (owner.isPresent()) {
            owner.get().take(path);
        }
    }

    private void link(String name, String target) throws BundleException {
        if (!LinkTargets.isUsable(target)) {
            throw refused(name, "has no usable target");
        }
        if (links.putIfAbsent(name, target) != null) {
            throw refused(name, "is there twice");
        }
    }

    /** Made when all are known: whether one leads out may depend on the others. */
    private void makeLinks() throws IOException {
        Optional<String> escape = LinkRules.findEscape(links);
        if (escape.isPresent()) {
            throw refused(escape.get(), "points out of the checkout");
        }
        for (Map.Entry<String, String> link : links.entrySet()) {
            try {
                own(Files.createSymbolicLink(place(link.getKey()), LinkTargets.path(link.getValue())));
            } catch (FileAlreadyExistsException e) {
                throw refused(link.getKey(), "is there twice");
            }
        }
    }

    private Path place(String name) throws IOException {
        int slash = name.lastIndexOf('/');
        Path parent = slash < 0 ? root : folder(name.substring(0, slash));
        return parent.resolve(FileNames.path(name.substring(slash + 1)));
    }

    /** Makes the folder and those above it; each is a real folder afterwards, not a link to one. */
    private Path folder(String name) throws IOException {
        if (name.equals(knownFolder)) {
            return knownPath;
        }
        Path path = root;
        for (String part : name.split("/", -1)) {
            path = path.resolve(FileNames.path(part));
            try {
                own(Files.createDirectory(path, EXECUTABLE));
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw refused(name, "lies below something that is not a folder");
                }
            }
        }
        knownFolder = name;
        knownPath = path;
        return path;
    }

    private static String checked(String name) throws BundleException {
        if (name.isEmpty() || name.indexOf('\0') >= 0 || utf8Length(name) > MAX_PATH_BYTES) {
            throw refused(name, "has no usable name");
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || utf8Length(part) > MAX_NAME_BYTES) {
                throw refused(name, "has a name that is not a plain path in the checkout");
            }
        }
        return name;
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static BundleException refused(String name, String why) {
        return new BundleException("the bundle's entry '" + Notes.shown(name) + "' " + why);
    }

    private static FileAttribute<Set<PosixFilePermission>> mode(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }
}
