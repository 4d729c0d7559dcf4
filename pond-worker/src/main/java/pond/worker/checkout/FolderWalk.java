package pond.worker.checkout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Visits what is below a folder in the order of names, without following links and with a bound on depth. It holds two
 * open files a level. What cannot be visited is told to the visitor and never ends the walk.
 */
public final class FolderWalk {
    /** Deeper folders are left out. Build trees of real projects stay well below. */
    public static final int MAX_DEPTH = 64;

    /** A folder with more entries is left out: its listing has to be held in memory. */
    private static final int MAX_ENTRIES = 250_000;

    private final Path root;
    private final Visitor visitor;

    private FolderWalk(Path root, Visitor visitor) {
        this.root = root;
        this.visitor = visitor;
    }

    /** Walks the folder, which must be one and no link to one. Throws what the visitor throws. */
    public static void walk(Path root, Visitor visitor) throws IOException {
        try (SecureDirectoryStream<Path> top = Folders.open(root)) {
            new FolderWalk(root, visitor).folder(top, "", 1);
        }
    }

    private void folder(SecureDirectoryStream<Path> folder, String path, int depth) throws IOException {
        List<Path> names = new ArrayList<>();
        for (Path entry : folder) {
            names.add(entry.getFileName());
            if (names.size() > MAX_ENTRIES) {
                visitor.skipped(path.isEmpty() ? "." : path, Reason.TOO_MANY);
                return;
            }
        }
        names.sort(Comparator.naturalOrder());
        for (Path name : names) {
            if (visitor.stopped()) {
                return;
            }
            entry(folder, name, path.isEmpty() ? FileNames.text(name) : path + "/" + FileNames.text(name), depth);
        }
    }

    private void entry(SecureDirectoryStream<Path> folder, Path name, String path, int depth) throws IOException {
        PosixFileAttributes attributes;
        try {
            attributes = Folders.attributes(folder, name);
        } catch (IOException e) {
            visitor.skipped(path, Reason.UNREADABLE);
            return;
        }
        if (attributes.isDirectory()) {
            subfolder(folder, name, path, depth);
        } else if (attributes.isRegularFile()) {
            visitor.file(new Found(root, path, attributes, folder, name));
        } else {
            visitor.skipped(path, attributes.isSymbolicLink() ? Reason.LINK : Reason.SPECIAL);
        }
    }

    private void subfolder(SecureDirectoryStream<Path> folder, Path name, String path, int depth) throws IOException {
        if (!visitor.enters(path)) {
            return;
        }
        if (depth >= MAX_DEPTH) {
            visitor.skipped(path, Reason.TOO_DEEP);
            return;
        }
        SecureDirectoryStream<Path> opened;
        try {
            opened = Folders.child(folder, name);
        } catch (IOException e) {
            visitor.skipped(path, Reason.UNREADABLE);
            return;
        }
        try (opened) {
            folder(opened, path, depth + 1);
        }
    }

    /** Told about everything below the folder. Paths are relative to it, with {@code /}, and bytes that are not UTF-8 as U+FFFD. */
    public interface Visitor {
        /** Whether to go into this folder. */
        default boolean enters(String path) throws IOException {
            return true;
        }

        /** Whether to end the walk; asked before each entry. */
        default boolean stopped() {
            return false;
        }

        /** A regular file; it can be opened during this call only. */
        void file(Found file) throws IOException;

        void skipped(String path, Reason reason) throws IOException;
    }

    /** Why something was not visited. */
    public enum Reason {
        LINK("is a symbolic link"),
        SPECIAL("is not a regular file"),
        UNREADABLE("cannot be read"),
        TOO_DEEP("lies too deep"),
        TOO_MANY("has too many entries");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        /** Continues a sentence that begins with the path. */
        @Override
        public String toString() {
            return words;
        }
    }

    /** A regular file on the way. */
    public static final class Found {
        private final Path root;
        private final String path;
        private final PosixFileAttributes attributes;
        private final SecureDirectoryStream<Path> folder;
        private final Path name;

        private Found(
                Path root, String path, PosixFileAttributes attributes, SecureDirectoryStream<Path> folder, Path name) {
            this.root = root;
            this.path = path;
            this.attributes = attributes;
            this.folder = folder;
            this.name = name;
        }

        /** The folder whose walk found it. */
        public Path root() {
            return root;
        }

        /** Below the root. */
        public String path() {
            return path;
        }

        public PosixFileAttributes attributes() {
            return attributes;
        }

        /** Opens the bytes, not buffered; the caller closes the stream. */
        public InputStream open() throws IOException {
            return Channels.newInputStream(
                    folder.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)));
        }
    }
}
