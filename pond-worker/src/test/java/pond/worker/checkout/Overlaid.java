package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import pond.worker.sandbox.OverlayMount;

/** A real overlay that bubblewrap shows to scripts, as a stage would get it. */
final class Overlaid {
    /** Whom the worker runs as. Both are tried as root; as another user there is only that user. */
    enum Worker {
        ROOT,
        USER
    }

    static final Owner OWNER = new Owner(64000, 64000);
    private static final List<String> TO_USER = List.of("setpriv", "--reuid=64000", "--regid=64000", "--clear-groups");

    final OverlayMount mount;
    private final Worker worker;

    /** Over the tree {@code lower} in the folder, which becomes one that others can pass through. */
    Overlaid(Path folder, Worker worker) throws IOException {
        this(given(folder), folder.resolve("overlay"), worker);
    }

    /** Over a tree that belongs to the stage's user. */
    Overlaid(Path lower, Path overlay, Worker worker) throws IOException {
        assumeThat(Path.of("/usr/bin/bwrap")).as("bubblewrap").exists();
        assumeThat(isRoot() || worker == Worker.USER).as("able to be this user").isTrue();
        this.worker = worker;
        this.mount = OverlayFolders.make(lower, overlay, owner());
    }

    private static Path given(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Path lower = folder.resolve("lower");
        if (isRoot()) {
            try (Stream<Path> all = Files.walk(lower)) {
                for (Path path : all.toList()) {
                    OWNER.take(path);
                }
            }
        }
        return lower;
    }

    static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    static Optional<Owner> owner() {
        return isRoot() ? Optional.of(OWNER) : Optional.empty();
    }

    /** The argument list of a sandbox in which the script runs with the merged tree as its folder. */
    List<String> argv(String script) {
        List<String> bwrap = new ArrayList<>(
                List.of("bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL"));
        bwrap.addAll(List.of("--die-with-parent", "--new-session", "--uid", "64000", "--gid", "64000"));
        bwrap.addAll(
                List.of("--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib"));
        bwrap.addAll(
                List.of("--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"));
        bwrap.addAll(List.of("--bind", mount.merged().toString(), "/stage/src", "--chdir", "/stage/src"));
        bwrap.addAll(List.of("--", "/bin/sh", "-c", script));
        List<String> wrapped = mount.wrap(bwrap);
        if (!isRoot()) {
            return wrapped;
        }
        if (worker == Worker.ROOT) {
            return OWNER.running(wrapped);
        }
        List<String> argv = new ArrayList<>(TO_USER);
        argv.addAll(wrapped);
        return argv;
    }

    /** Runs it and gives what it printed; it must end well. */
    String run(String script) throws IOException, InterruptedException {
        Process process = start(argv(script));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    static Process start(List<String> argv) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "HOME", "/tmp", "LC_ALL", "C.UTF-8"));
        return builder.start();
    }

    /** Everything below a folder as text: kind, mode, time of change and content by path. */
    static Map<String, String> snapshot(Path root) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.toList()) {
                String content = Files.isSymbolicLink(path)
                        ? "to " + Files.readSymbolicLink(path)
                        : Files.isDirectory(path) ? "folder" : Files.readString(path);
                all.put(
                        root.relativize(path).toString(),
                        Files.readAttributes(path, "unix:mode,uid,gid,ctime", LinkOption.NOFOLLOW_LINKS) + content);
            }
        }
        return all;
    }
}
