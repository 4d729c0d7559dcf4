package pond.worker.executors.builtin;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Comments that announce work left to do: {@code type} "marker", {@code path}, {@code line} and {@code column} from 1 on,
 * {@code marker} (the word), {@code text} (the comment from the word on, at most 200 characters). A marker is one of five
 * words in capitals, standing alone, inside a comment of a language that is known; one record a comment and line.
 */
final class MarkerScan implements Operation {
    /** Larger files are data or made by a program. */
    private static final long MAX_SIZE = 64L << 20;

    private static final int MAX_TEXT = 200;

    /** The letters of each word are apart, so that a search for such words in this project does not end here. */
    private static final Pattern MARKER = Pattern.compile("(?<![\\p{Alnum}_-])(?:"
            + String.join("|", "TO" + "DO", "FIX" + "ME", "HA" + "CK", "X".repeat(3), "BU" + "G")
            + ")(?![\\p{Alnum}_-])");

    private long found;
    private long files;

    @Override
    public void file(SourceFile file, Records records) throws IOException {
        Optional<Language> language = Language.of(file);
        if (language.isEmpty() || file.size() > MAX_SIZE || file.binary()) {
            return;
        }
        files++;
        CommentReader comments = new CommentReader(language.get());
        Lines.read(file.bytes(), (number, line) -> {
            for (CommentReader.Span span : comments.next(line)) {
                Matcher matcher = MARKER.matcher(line).region(span.from(), span.to());
                if (matcher.find()) {
                    found++;
                    records.write(fields(file.path(), number, line, span, matcher));
                }
            }
        });
    }

    private static Map<String, Object> fields(
            String path, long number, String line, CommentReader.Span span, Matcher matcher) {
        String text = line.substring(matcher.start(), span.to()).strip();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", "marker");
        fields.put("path", path);
        fields.put("line", number);
        fields.put("column", line.codePointCount(0, matcher.start()) + 1);
        fields.put("marker", matcher.group());
        fields.put("text", Lines.cut(text, MAX_TEXT));
        return fields;
    }

    @Override
    public String finish(Records records) {
        return found + " markers in " + files + " files";
    }
}
