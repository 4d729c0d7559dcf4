package pond.common.definition;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The operations that pond brings along; each writes {@code results.jsonl}. */
public enum BuiltinName {
    /** Every file with its size and kind. */
    FILE_INVENTORY,
    /** Comments that announce work left to do. */
    TODO_SCAN,
    /** Files, lines and bytes per language. */
    LANGUAGE_STATS,
    /** Strings that look like credentials. */
    SECRET_SCAN,
    /** What the manifests of package managers ask for. */
    DEPENDENCY_INVENTORY;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
