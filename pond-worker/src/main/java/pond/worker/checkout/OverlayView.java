package pond.worker.checkout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The tree that an overlay showed, read from its two folders after the overlay is gone: it existed in a namespace of the
 * stage's only. Reads the marks that the kernel leaves in the upper folder, for a mount with {@code userxattr}: a device
 * of number 0 for what was deleted, an attribute on a folder that hides the one below it. A stage cannot make either
 * itself, the kernel refuses both to it. Such a mount moves no folders and keeps no file in halves, so there are no
 * further marks.
 */
final class OverlayView {
    private static final String OPAQUE = "overlay.opaque";
    private static final int FILE_TYPE = 0170000;
    private static final int CHARACTER_DEVICE = 0020000;

    private final Path upper;
    private final FolderWalk.Visitor visitor;
    /** Paths at which nothing of the lower tree is to be seen. */
    private final Set<String> covered = new HashSet<>();

    private OverlayView(Path upper, FolderWalk.Visitor visitor) {
        this.upper = upper;
        this.visitor = visitor;
    }

    /**
     * Walks what the stage changed, in the order of names, and then what it left as it was. To be called when no process
     * that sees the overlay is left. Throws what the visitor throws.
     */
    static void walk(Path lower, Path upper, FolderWalk.Visitor visitor) throws IOException {
        OverlayView view = new OverlayView(upper, visitor);
        FolderWalk.walk(upper, view.new Changed());
        FolderWalk.walk(lower, view.new Unchanged());
    }

    private Path inUpper(String path) {
        Path place = upper;
        for (String part : path.split("/", -1)) {
            place = place.resolve(FileNames.path(part));
        }
        return place;
    }

    private boolean isOpaque(String path) throws IOException {
        return Files.getFileAttributeView(inUpper(path), UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .list()
                .contains(OPAQUE);
    }

    private boolean isWhiteout(String path) throws IOException {
        Map<String, Object> attributes =
                Files.readAttributes(inUpper(path), "unix:mode,rdev", LinkOption.NOFOLLOW_LINKS);
        return attributes.get("mode") instanceof Integer mode
                && (mode & FILE_TYPE) == CHARACTER_DEVICE
                && attributes.get("rdev") instanceof Long device
                && device == 0;
    }

    /** The upper tree. Where it cannot be read, nothing is known of what it hides, so that is not shown either. */
    private final class Changed implements FolderWalk.Visitor {
        @Override
        public boolean enters(String path) throws IOException {
            try {
                if (isOpaque(path)) {
                    covered.add(path);
                }
            } catch (IOException e) {
                skipped(path, FolderWalk.Reason.UNREADABLE);
                return false;
            }
            return visitor.enters(path);
        }

        @Override
        public boolean stopped() {
            return visitor.stopped();
        }

        @Override
        public void file(FolderWalk.Found file) throws IOException {
            covered.add(file.path());
            visitor.file(file);
        }

        @Override
        public void skipped(String path, FolderWalk.Reason reason) throws IOException {
            covered.add(path);
            boolean deleted;
            try {
                deleted = reason == FolderWalk.Reason.SPECIAL && isWhiteout(path);
            } catch (IOException e) {
                deleted = false; // It is there and is told as what it is: special.
            }
            if (!deleted) {
                visitor.skipped(path, reason);
            }
        }
    }

    private final class Unchanged implements FolderWalk.Visitor {
        @Override
        public boolean enters(String path) throws IOException {
            return !covered.contains(path) && visitor.enters(path);
        }

        @Override
        public boolean stopped() {
            return visitor.stopped();
        }

        @Override
        public void file(FolderWalk.Found file) throws IOException {
            if (!covered.contains(file.path())) {
                visitor.file(file);
            }
        }

        @Override
        public void skipped(String path, FolderWalk.Reason reason) throws IOException {
            if (!covered.contains(path)) {
                visitor.skipped(path, reason);
            }
        }
    }
}
