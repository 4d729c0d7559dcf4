package pond.server.sources.guard;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import pond.server.sources.guard.SourceException.Code;

/** The rules on one entry's path and on one link's target, apart from all other entries. */
final class EntryPath {
    /** Well below Linux's PATH_MAX of 4096, so that a checkout may itself lie deep. */
    private static final int MAX_PATH_BYTES = 2048;
    /** NAME_MAX of Linux's file systems. */
    private static final int MAX_PART_BYTES = 255;

    private static final int MAX_DEPTH = 100;

    private EntryPath() {}

    /** Returns the path if it is relative, in its shortest form and fit for every Linux file system. */
    static String checked(String path) throws SourceException {
        if (path.isEmpty() || path.startsWith("/")) {
            throw refused(path, "its path is not relative");
        }
        if (bytes(path) > MAX_PATH_BYTES) {
            throw refused(path, "its path is too long");
        }
        String[] parts = path.split("/", -1);
        if (parts.length > MAX_DEPTH) {
            throw refused(path, "it lies too deep");
        }
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw refused(path, "its path has an empty part, '.' or '..'");
            }
            if (bytes(part) > MAX_PART_BYTES) {
                throw refused(path, "a part of its path is too long");
            }
        }
        return path;
    }

    /** Checks that a link's target stays inside when the link's folder and the target are read as plain text. */
    static void checkTarget(String path, String target) throws SourceException {
        if (target.isEmpty() || target.startsWith("/")) {
            throw refused(path, "the link's target is not relative");
        }
        if (bytes(target) > MAX_PATH_BYTES) {
            throw refused(path, "the link's target is too long");
        }
        Deque<String> at = folderOf(path);
        for (String part : target.split("/", -1)) {
            if (part.equals("..") && at.pollLast() == null) {
                throw leaves(path);
            } else if (!part.isEmpty() && !part.equals(".") && !part.equals("..")) {
                at.addLast(part);
            }
        }
    }

    static SourceException leaves(String path) {
        return refused(path, "the link leads out of the checkout");
    }

    /** The parts of the folder that holds {@code path}. */
    static Deque<String> folderOf(String path) {
        var parts = new ArrayDeque<String>();
        parent(path).ifPresent(folder -> parts.addAll(List.of(folder.split("/", -1))));
        return parts;
    }

    static Optional<String> parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? Optional.empty() : Optional.of(path.substring(0, slash));
    }

    private static int bytes(String text) throws SourceException {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw refused(text, "a name in it holds a control character");
        }
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(text))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw refused(text, "a name in it is not valid text");
        }
    }

    static SourceException refused(String path, String why) {
        return new SourceException(Code.SOURCE_INVALID, "entry '" + shown(path) + "' is refused: " + why);
    }

    /** Short, and without what could disturb a terminal or a log. */
    static String shown(String path) {
        String printable = path.replaceAll("[^\\x20-\\x7e\\xa1-\\uffff]", "?");
        return printable.length() > 120 ? printable.substring(0, 117) + "..." : printable;
    }
}
