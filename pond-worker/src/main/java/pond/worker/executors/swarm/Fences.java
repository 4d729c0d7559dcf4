package pond.worker.executors.swarm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds fenced blocks in Markdown as CommonMark has them (4.5): three or more backticks or tildes, up to three spaces
 * before them, ended by a fence of the same sign that is at least as long and bears no word. So a block inside of a longer
 * fence is that block's text and no block of its own. One that is never closed is none: its end may be missing. Stateless.
 */
final class Fences {
    private static final int MAX_INDENT = 3;
    private static final int SHORTEST = 3;

    private Fences() {}

    /**
     * What was found.
     *
     * @param last the text of the last closed block with the word, each line ended by LF
     * @param openAtEnd whether a block with the word was begun after it and never closed
     */
    record Found(Optional<String> last, boolean openAtEnd) {}

    /** The beginning of a block. */
    private record Opening(char sign, int length, int indent, String word) {}

    /** Looks for blocks whose info string begins with this word. */
    static Found find(String markdown, String word) {
        Optional<String> last = Optional.empty();
        @Nullable Opening open = null;
        List<String> block = new ArrayList<>();
        for (String line : markdown.split("\r\n|\n|\r", -1)) {
            if (open == null) {
                open = opening(line).orElse(null);
                block.clear();
            } else if (closes(line, open)) {
                if (open.word().equals(word)) {
                    last = Optional.of(String.join("\n", block) + (block.isEmpty() ? "" : "\n"));
                }
                open = null;
            } else if (open.word().equals(word)) {
                block.add(unindented(line, open.indent()));
            }
        }
        return new Found(last, open != null && open.word().equals(word));
    }

    private static Optional<Opening> opening(String line) {
        int indent = indent(line);
        int length = fence(line, indent);
        if (indent > MAX_INDENT || length < SHORTEST) {
            return Optional.empty();
        }
        String info = line.substring(indent + length).strip();
        // Three backticks and more of them behind are a word in code, in the middle of a text.
        if (line.charAt(indent) == '`' && info.indexOf('`') >= 0) {
            return Optional.empty();
        }
        return Optional.of(new Opening(line.charAt(indent), length, indent, info.split("\\s", 2)[0]));
    }

    private static boolean closes(String line, Opening open) {
        int indent = indent(line);
        int length = fence(line, indent);
        return indent <= MAX_INDENT
                && length >= open.length()
                && line.charAt(indent) == open.sign()
                && line.substring(indent + length).isBlank();
    }

    private static int indent(String line) {
        int indent = 0;
        while (indent < line.length() && line.charAt(indent) == ' ') {
            indent++;
        }
        return indent;
    }

    /** How many signs of one kind stand there; 0 when none does. */
    private static int fence(String line, int from) {
        if (from >= line.length() || (line.charAt(from) != '`' && line.charAt(from) != '~')) {
            return 0;
        }
        int end = from;
        while (end < line.length() && line.charAt(end) == line.charAt(from)) {
            end++;
        }
        return end - from;
    }

    private static String unindented(String line, int most) {
        return line.substring(Math.min(most, indent(line)));
    }
}
