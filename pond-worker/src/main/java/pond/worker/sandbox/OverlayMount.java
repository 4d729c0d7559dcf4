package pond.worker.sandbox;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The beginning of an argument list that shows a checkout as a writable tree at no cost: an overlay file system over a
 * tree that nobody writes, in a user and a mount namespace of the command's own. No right of the caller's is needed for
 * it, and nothing is to be undone: the mount ends with the last process that sees it. Pure; starts nothing.
 *
 * <p>The four folders lie on one file system of the ordinary kind and belong, the files in them too, to the user who
 * calls: of others' files the kernel makes no copy here. {@code upper} and {@code work} are fresh for each command.
 *
 * @param lower what is shown at first; not to be changed by anyone while the command runs
 * @param upper takes what the command writes: changed files whole, and a mark for each one that is deleted
 * @param work the kernel's, on the file system of {@code upper}
 * @param merged where the command finds the tree
 */
public record OverlayMount(Path lower, Path upper, Path work, Path merged) {
    /** By their whole path: a stage's {@code PATH} must not choose what runs outside of its sandbox. */
    private static final String UNSHARE = "/usr/bin/unshare";

    private static final String MOUNT = "/bin/mount";

    /** The kernel and mount(8) give these a meaning inside the options. */
    private static final String SPECIAL = ",:\\\"";

    /** The kernel takes a page of options, or less where pages are larger than ours. */
    private static final int MAX_OPTIONS = 4000;

    /**
     * @throws IllegalArgumentException when a path is not absolute, has a character that cannot stand in the options of a
     *     mount, or all are too long for them together
     */
    public OverlayMount {
        Map<String, Path> paths = Map.of("lower", lower, "upper", upper, "work", work, "merged", merged);
        paths.forEach(OverlayMount::requireUsable);
        if (options(lower, upper, work).getBytes(StandardCharsets.UTF_8).length > MAX_OPTIONS) {
            throw new IllegalArgumentException("the paths of an overlay are too long for a mount's options");
        }
    }

    /**
     * The argument list that mounts and then becomes {@code inner}: each program replaces the one before, so the process
     * that is started is the one that {@code inner} ends as. It exits with 125 or a code of the tool's when it cannot.
     *
     * <p>{@code inner} runs as uid and gid 0 of the new user namespace, which stand for the caller's: it is more than the
     * caller in there and nothing outside. It has to give that up itself, as bubblewrap does with {@code --unshare-user
     * --uid U --gid G --cap-drop ALL}, where U and G are best the caller's own: then files look as they do outside.
     */
    public List<String> wrap(List<String> inner) {
        List<String> argv = new ArrayList<>(List.of(UNSHARE, "--user", "--map-root-user", "--mount", "--"));
        argv.addAll(List.of("/bin/sh", "-c"));
        argv.add(MOUNT + " -t overlay -o \"$1\" overlay \"$2\" || exit 125; shift 2; exec \"$@\"");
        argv.addAll(List.of("sh", options(lower, upper, work), merged.toString()));
        argv.addAll(inner);
        return List.copyOf(argv);
    }

    /** Without {@code volatile} each fsync of the stage, and the unmount, would wait for the disk: for nothing, in a copy to throw away. */
    private static String options(Path lower, Path upper, Path work) {
        return "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work + ",userxattr,volatile";
    }

    private static void requireUsable(String name, Path path) {
        boolean usable = path.isAbsolute()
                && path.toString().chars().noneMatch(c -> c <= ' ' || c == 0x7f || SPECIAL.indexOf(c) >= 0);
        if (!usable) {
            throw new IllegalArgumentException(
                    "not an absolute path that a mount takes, without spaces and any of " + SPECIAL + ": " + name);
        }
    }
}
