package pond.worker.checkout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import pond.common.definition.Glob;
import pond.common.ids.ArtifactName;

/**
 * What a stage leaves behind as artifacts: the files of its output folder, and those of its checkout that it asked to
 * keep. To be collected when no process of the stage is left, for files are opened after they were looked at.
 *
 * <p>Only regular files with names that {@link ArtifactName} takes. A hard link counts as the file that it is: build
 * tools make them, and what a stage can read it could have copied. What it may not be able to read, because the file
 * belongs to someone else and is not open to all, is left out: where links to such files can be made, a worker with
 * more rights than its stages would otherwise publish it.
 */
public final class Outputs {
    private final Limits limits;
    private final TreeMap<ArtifactName, OutputFile> files = new TreeMap<>();
    private final Map<Path, UserPrincipal> owners = new HashMap<>();
    private final Notes notes = new Notes();
    private final byte[] buffer = new byte[64 * 1024];
    private long bytes;

    private Outputs(Limits limits) {
        this.limits = limits;
    }

    /** Bounds on the artifacts of one job: how many, and their bytes together. */
    public record Limits(int files, long bytes) {
        /** As many files as a job may leave behind. */
        public static final int MAX_FILES = 10_000;
    }

    /**
     * The files in the order of their names.
     *
     * @param notes sentences for the run's log about what was left out, at most about a hundred
     */
    public record Collected(List<OutputFile> files, List<String> notes) {}

    /** Files of a stage, in one folder or two. */
    private interface Tree {
        void walk(FolderWalk.Visitor visitor) throws IOException;
    }

    /** Everything in the output folder. */
    public static Collected collect(Path output, Limits limits) throws IOException {
        return collect(output, output, List.of(), limits);
    }

    /**
     * Everything in the output folder, and the files of the checkout that match a glob. A file in the output folder wins
     * over one of the same name.
     *
     * @throws IOException when one of the two folders is not there or the disk fails
     */
    public static Collected collect(Path output, Path checkout, List<Glob> globs, Limits limits) throws IOException {
        return collect(output, visitor -> FolderWalk.walk(checkout, visitor), globs, limits);
    }

    /** As above, for a stage that had no checkout of its own. */
    public static Collected collect(Path output, SharedCheckout checkout, List<Glob> globs, Limits limits)
            throws IOException {
        return collect(output, checkout::walk, globs, limits);
    }

    private static Collected collect(Path output, Tree checkout, List<Glob> globs, Limits limits) throws IOException {
        Outputs outputs = new Outputs(limits);
        outputs.collect(visitor -> FolderWalk.walk(output, visitor), path -> true);
        if (!globs.isEmpty()) {
            outputs.collect(checkout, path -> globs.stream().anyMatch(glob -> glob.matches(path)));
        }
        return new Collected(List.copyOf(outputs.files.values()), outputs.notes.lines());
    }

    private void collect(Tree tree, Predicate<String> wanted) throws IOException {
        tree.walk(new FolderWalk.Visitor() {
            @Override
            public void file(FolderWalk.Found file) throws IOException {
                if (wanted.test(file.path())) {
                    add(file);
                }
            }

            @Override
            public void skipped(String path, FolderWalk.Reason reason) {
                boolean isFolder = reason != FolderWalk.Reason.LINK && reason != FolderWalk.Reason.SPECIAL;
                if (isFolder || wanted.test(path)) {
                    notes.add(path, reason + " and is not kept");
                }
            }
        });
    }

    private void add(FolderWalk.Found file) throws IOException {
        Optional<ArtifactName> name = ArtifactName.parse(file.path());
        PosixFileAttributes attributes = file.attributes();
        if (name.isEmpty() || file.path().indexOf('\uFFFD') >= 0) {
            notes.add(file.path(), "has a name that no artifact can have and is not kept");
        } else if (files.containsKey(name.get())) {
            notes.add(file.path(), "is in the output folder as well; the one in the checkout is not kept");
        } else if (!attributes.owner().equals(owner(file.root()))
                && !attributes.permissions().contains(PosixFilePermission.OTHERS_READ)) {
            notes.add(file.path(), "belongs to another user and is not kept");
        } else if (files.size() >= limits.files()) {
            notes.add(file.path(), "is past the limit of " + limits.files() + " artifacts and is not kept");
        } else if (attributes.size() > limits.bytes() - bytes) {
            notes.add(file.path(), pastBytes());
        } else {
            digest(name.get(), file);
        }
    }

    private UserPrincipal owner(Path root) throws IOException {
        UserPrincipal known = owners.get(root);
        if (known == null) {
            known = Files.getOwner(root);
            owners.put(root, known);
        }
        return known;
    }

    private void digest(ArtifactName name, FolderWalk.Found file) {
        MessageDigest digest = Sha256.start();
        long size = 0;
        try (InputStream in = file.open()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                size += count;
                if (size > limits.bytes() - bytes) {
                    notes.add(file.path(), pastBytes());
                    return;
                }
                digest.update(buffer, 0, count);
            }
        } catch (IOException e) {
            notes.add(file.path(), FolderWalk.Reason.UNREADABLE + " and is not kept");
            return;
        }
        bytes += size;
        files.put(name, new OutputFile(name, size, Sha256.hex(digest), file.root()));
    }

    private String pastBytes() {
        return "is past the limit of " + limits.bytes() + " bytes and is not kept";
    }
}
