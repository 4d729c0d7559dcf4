package pond.common.ids;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The name of an artifact: a relative path with {@code /} between its parts, such as {@code reports/junit.xml}. It never
 * leaves the run: no part is empty, {@code .} or {@code ..}, and there is no backslash and no control character. At most
 * 512 bytes of UTF-8, 255 a part, because that is what file systems take.
 */
public record ArtifactName(String value) implements Comparable<ArtifactName> {
    private static final int MAX_BYTES = 512;
    private static final int MAX_PART_BYTES = 255;

    /** Throws {@link IllegalArgumentException} when the text is not of the form above. */
    @JsonCreator
    public ArtifactName {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not an artifact name");
        }
    }

    /** Reads a name from a caller or from a file system: empty when it is not of the form above. */
    public static Optional<ArtifactName> parse(String text) {
        return isValid(text) ? Optional.of(new ArtifactName(text)) : Optional.empty();
    }

    private static boolean isValid(String text) {
        if (text.isEmpty() || bytes(text) > MAX_BYTES || text.codePoints().anyMatch(ArtifactName::isForbidden)) {
            return false;
        }
        for (String part : text.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || bytes(part) > MAX_PART_BYTES) {
                return false;
            }
        }
        return true;
    }

    /** A lone surrogate has no UTF-8 form, so two such names could become one on disk. */
    private static boolean isForbidden(int codePoint) {
        return codePoint == '\\'
                || Character.isISOControl(codePoint)
                || Character.getType(codePoint) == Character.SURROGATE;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public int compareTo(ArtifactName other) {
        return value.compareTo(other.value);
    }

    @JsonValue
    @Override
    public String toString() {
        return value;
    }
}
