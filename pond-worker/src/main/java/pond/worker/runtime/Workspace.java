package pond.worker.runtime;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pond.worker.checkout.SharedCheckout;
import pond.worker.checkout.Trees;

/** A job's folder, open to the worker's user, and to a stage's own in what is theirs. It and each part of it are made when they are first asked for. */
final class Workspace {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** What a workspace can hold. */
    enum Part {
        CHECKOUT("src"),
        /** Stands for a shared checkout where the job has no bundle. */
        EMPTY("empty"),
        /** What a throwaway copy of a shared checkout needs. */
        COPY("copy"),
        OUTPUT("out"),
        HOME("home"),
        TEMP("tmp"),
        INPUTS("in"),
        INPUTS_BY_STAGE("in-by-stage");

        /** What a plain stage without sources and inputs is given. */
        static final Set<String> OF_PLAIN_STAGE = Stream.of(CHECKOUT, OUTPUT, HOME, TEMP, INPUTS)
                .map(part -> part.folder)
                .collect(Collectors.toUnmodifiableSet());

        private final String folder;

        Part(String folder) {
            this.folder = folder;
        }
    }

    /** Others may pass through to a folder that is theirs, and list nothing. */
    private static final FileAttribute<Set<PosixFilePermission>> PASSABLE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x"));

    private final Path root;
    private final FileAttribute<Set<PosixFilePermission>> mode;
    private final Optional<SpareFolders> spares;
    private SpareFolders.@Nullable Stamps stamps;
    private @Nullable SharedCheckout shared;
    private Closeable hold = () -> {};
    private boolean made;
    private boolean reusable;

    /** @param passable whether the stage's user, who is not the worker's, is to reach what is theirs in it */
    Workspace(Path root, boolean passable) {
        this(root, mode(passable), Optional.empty());
    }

    private Workspace(Path root, FileAttribute<Set<PosixFilePermission>> mode, Optional<SpareFolders> spares) {
        this.root = root;
        this.mode = mode;
        this.spares = spares;
    }

    /** One for a plain stage without sources and inputs, all whose parts are made at once. */
    static Workspace ofPlainStage(Path root, SpareFolders spares) {
        return new Workspace(root, OWNER, Optional.of(spares));
    }

    static FileAttribute<Set<PosixFilePermission>> mode(boolean passable) {
        return passable ? PASSABLE : OWNER;
    }

    /** Keeps the job's shared checkout, and what is to be closed at its end. */
    SharedCheckout share(SharedCheckout checkout, Closeable until) {
        shared = checkout;
        hold = until;
        return checkout;
    }

    /** Empty for a job that has not asked for one. */
    Optional<SharedCheckout> shared() {
        return Optional.ofNullable(shared);
    }

    /** The part's folder, made if need be. */
    Path make(Part part) throws IOException {
        Path folder = place(part);
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder, OWNER);
        }
        return folder;
    }

    /** Where the part is or is to be; the folder around it is there. */
    Path place(Part part) throws IOException {
        return root().resolve(part.folder);
    }

    boolean has(Part part) {
        return Files.isDirectory(root.resolve(part.folder));
    }

    /** The file for log lines that wait; it is not made here. */
    Path spoolFile() throws IOException {
        return root().resolve("log");
    }

    /** Its stage has ended well, and nothing of it runs: another one may be given what it has not touched. */
    synchronized void mayBeReused() {
        reusable = true;
    }

    /** Removes all of it, if there is anything, and lets go of the shared checkout. */
    void delete() throws IOException {
        try {
            if (Files.exists(root) && !isKept()) {
                Trees.delete(root);
            }
        } finally {
            hold.close();
        }
    }

    private synchronized boolean isKept() {
        return reusable && spares.isPresent() && stamps != null && spares.get().keep(root, stamps);
    }

    /** The log may be the first to need the folder, on a thread of its own. */
    private synchronized Path root() throws IOException {
        if (!made) {
            if (spares.isPresent()) {
                stamps = spares.get().make(root);
            } else {
                Files.createDirectory(root, mode);
            }
            made = true;
        }
        return root;
    }
}
