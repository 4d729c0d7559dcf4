package pond.common.ids;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** One strict reading of a UUID: the JDK's own parser also takes shortened groups. */
public final class Uuids {
    private static final Pattern FORM =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", Pattern.CASE_INSENSITIVE);

    private Uuids() {}

    /** Empty when it is not a UUID in its usual 36 characters. */
    public static Optional<UUID> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }
}
