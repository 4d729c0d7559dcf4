package pond.worker.checkout;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The targets of a bundle's symbolic links, as this file system takes them. */
final class LinkTargets {
    private static final int MAX_BYTES = 3072;

    private LinkTargets() {}

    /** Whether a file system here would take it as a relative target. */
    static boolean isUsable(String target) {
        return !target.isEmpty()
                && !target.startsWith("/")
                && target.indexOf('\0') < 0
                && target.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }

    /** A relative path of the target's parts. */
    static Path path(String target) {
        Path path = Path.of("");
        for (String part : target.split("/", -1)) {
            if (!part.isEmpty()) {
                path = path.resolve(FileNames.path(part));
            }
        }
        return path;
    }
}
