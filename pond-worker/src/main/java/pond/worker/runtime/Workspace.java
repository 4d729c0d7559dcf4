package pond.worker.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import pond.worker.checkout.Trees;

/** A job's folder, open to the worker's user alone. It and each part of it are made when they are first asked for. */
final class Workspace {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** What a workspace can hold. */
    enum Part {
        CHECKOUT("src"),
        OUTPUT("out"),
        HOME("home"),
        TEMP("tmp"),
        INPUTS("in"),
        INPUTS_BY_STAGE("in-by-stage");

        private final String folder;

        Part(String folder) {
            this.folder = folder;
        }
    }

    private final Path root;

    Workspace(Path root) {
        this.root = root;
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

    /** Removes all of it, if there is anything. */
    void delete() throws IOException {
        if (Files.exists(root)) {
            Trees.delete(root);
        }
    }

    /** The log may be the first to need the folder, on a thread of its own. */
    private synchronized Path root() throws IOException {
        if (!Files.isDirectory(root)) {
            Files.createDirectory(root, OWNER);
        }
        return root;
    }
}
