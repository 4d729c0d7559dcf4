package pond.worker.executors.builtin;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the comments of a file, line by line, as well as that can be told without knowing the language's grammar: text in
 * double quotes is passed over when the quotes end on the same line. Holds whether a comment is open between lines.
 */
final class CommentReader {
    private final Language language;
    private boolean open;

    CommentReader(Language language) {
        this.language = language;
    }

    /** A stretch of a line that is comment, by index: {@code from} included, {@code to} not. */
    record Span(int from, int to) {}

    /** The comments on the next line of the file. */
    List<Span> next(String line) {
        List<Span> spans = new ArrayList<>();
        int at = 0;
        boolean strings = true;
        while (at < line.length()) {
            if (open) {
                int end = line.indexOf(language.blockEnd(), at);
                open = end < 0;
                int to = open ? line.length() : end;
                spans.add(new Span(at, to));
                at = open ? to : to + language.blockEnd().length();
            } else if (!language.blockStart().isEmpty() && line.startsWith(language.blockStart(), at)) {
                open = true;
                at += language.blockStart().length();
            } else if (beginsLineComment(line, at)) {
                spans.add(new Span(at, line.length()));
                return spans;
            } else if (strings && line.charAt(at) == '"') {
                int end = afterString(line, at);
                // Looking again from every later quote would cost the square of the line's length.
                strings = end >= 0;
                at = strings ? end : at + 1;
            } else {
                at++;
            }
        }
        return spans;
    }

    private boolean beginsLineComment(String line, int at) {
        for (String mark : language.lineComments()) {
            if (line.startsWith(mark, at)) {
                // "//" after a colon is a URL; any other mark inside a word is something else, such as "$#" or "a--".
                char before = at == 0 ? ' ' : line.charAt(at - 1);
                return mark.equals("//") ? before != ':' : Character.isWhitespace(before);
            }
        }
        return false;
    }

    /** Negative when the string does not end on this line. */
    private static int afterString(String line, int quote) {
        for (int i = quote + 1; i < line.length(); i++) {
            if (line.charAt(i) == '\\') {
                i++;
            } else if (line.charAt(i) == '"') {
                return i + 1;
            }
        }
        return -1;
    }
}
