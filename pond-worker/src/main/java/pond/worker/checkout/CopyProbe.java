package pond.worker.checkout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pond.worker.sandbox.HostCommand;
import pond.worker.sandbox.OverlayMount;

/**
 * Finds out by trying how this machine copies checkouts on the file system of a folder. What is tried is the real thing
 * in small: an overlay that bubblewrap shows to a command, which changes and deletes in it as the user whom stages run as.
 */
final class CopyProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String CONTENT = "pond";
    /** What builds do: changes a file, deletes one, changes a folder's mode, moves a file out of it. */
    private static final String SCRIPT =
            "echo changed > changed && rm deleted && chmod 700 folder && mv folder/file moved";

    private final HostCommand host;
    private final Path folder;
    private final Optional<Owner> owner;
    private final List<String> reasons = new ArrayList<>();

    private CopyProbe(HostCommand host, Path folder, Optional<Owner> owner) {
        this.host = host;
        this.folder = folder;
        this.owner = owner;
    }

    /**
     * What works here.
     *
     * @param reasons why what would be better does not, a sentence each; they name paths of this machine
     */
    record Found(CopyMethod method, List<String> reasons) {}

    /**
     * Tries in the folder, which is made and deleted; it must be reachable for the owner. Takes some ten milliseconds
     * where all works, and at most a minute.
     */
    static Found probe(HostCommand host, Path folder, Optional<Owner> owner) throws IOException, InterruptedException {
        Trees.delete(folder);
        try {
            return new CopyProbe(host, folder, owner).probe();
        } finally {
            Trees.delete(folder);
        }
    }

    private Found probe() throws IOException, InterruptedException {
        make(folder);
        CopyMethod method = CopyMethod.HARD;
        if (overlayWorks()) {
            method = CopyMethod.OVERLAY;
        } else if (reflinkWorks()) {
            method = CopyMethod.REFLINK;
        }
        return new Found(method, List.copyOf(reasons));
    }

    private boolean overlayWorks() throws IOException, InterruptedException {
        OverlayMount mount;
        try {
            mount = OverlayFolders.make(folder.resolve("lower"), folder.resolve("overlay"), owner);
        } catch (IllegalArgumentException e) {
            return no(CopyMethod.OVERLAY, String.valueOf(e.getMessage()));
        }
        make(mount.lower());
        make(mount.lower().resolve("folder"));
        for (String name : List.of("changed", "deleted", "folder/file")) {
            write(mount.lower().resolve(name));
        }
        List<String> argv = mount.wrap(bubblewrap(mount.merged()));
        HostCommand.Result result =
                host.run(owner.map(user -> user.running(argv)).orElse(argv), PATIENCE);
        if (!result.succeeded()) {
            return no(CopyMethod.OVERLAY, result.failure());
        }
        boolean right = seen(mount).equals(List.of("changed", "moved"))
                && Files.size(mount.lower().resolve("changed")) == CONTENT.length();
        return right || no(CopyMethod.OVERLAY, "what was changed in it is not where it should be");
    }

    private static List<String> bubblewrap(Path merged) {
        List<String> argv = new ArrayList<>(List.of("bwrap", "--unshare-user", "--unshare-pid", "--disable-userns"));
        argv.addAll(
                List.of("--uid", "1", "--gid", "1", "--cap-drop", "ALL", "--die-with-parent", "--ro-bind", "/", "/"));
        argv.addAll(List.of("--bind", merged.toString(), merged.toString(), "--chdir", merged.toString()));
        argv.addAll(List.of("--", "/bin/sh", "-c", SCRIPT));
        return argv;
    }

    private static List<String> seen(OverlayMount mount) throws IOException {
        List<String> files = new ArrayList<>();
        OverlayView.walk(mount.lower(), mount.upper(), new FolderWalk.Visitor() {
            @Override
            public void file(FolderWalk.Found file) {
                files.add(file.path());
            }

            @Override
            public void skipped(String path, FolderWalk.Reason reason) {
                files.add(path + " " + reason);
            }
        });
        return files;
    }

    private boolean reflinkWorks() throws IOException, InterruptedException {
        Path original = folder.resolve("original");
        write(original);
        Path clone = folder.resolve("clone");
        List<String> argv = List.of("cp", "--reflink=always", "--", original.toString(), clone.toString());
        HostCommand.Result result = host.run(argv, PATIENCE);
        return result.succeeded() || no(CopyMethod.REFLINK, result.failure());
    }

    private boolean no(CopyMethod method, String why) {
        reasons.add(method + ": " + why);
        return false;
    }

    private void make(Path path) throws IOException {
        Files.createDirectory(path);
        own(path);
    }

    private void write(Path path) throws IOException {
        Files.write(path, CONTENT.getBytes(StandardCharsets.UTF_8));
        own(path);
    }

    private void own(Path path) throws IOException {
        if (owner.isPresent()) {
            owner.get().take(path);
        }
    }
}
