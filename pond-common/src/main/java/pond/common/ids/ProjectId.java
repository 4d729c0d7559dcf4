package pond.common.ids;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/**
 * A project: an opaque name that the caller chose, 1 to 128 printable characters; usually a UUID. pond keeps no list of
 * projects: one exists when something names it.
 */
public record ProjectId(String value) {
    private static final int MAX_LENGTH = 128;

    /** Throws {@link IllegalArgumentException} when the text is not of the form above. */
    @JsonCreator
    public ProjectId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("a project id has 1 to 128 printable characters");
        }
    }

    /** Reads an id from a caller: empty when it is not of the form above. */
    public static Optional<ProjectId> parse(String text) {
        return isValid(text) ? Optional.of(new ProjectId(text)) : Optional.empty();
    }

    private static boolean isValid(String text) {
        return !text.isBlank()
                && text.codePointCount(0, text.length()) <= MAX_LENGTH
                && text.codePoints().allMatch(ProjectId::isPrintable);
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    @JsonValue
    @Override
    public String toString() {
        return value;
    }
}
