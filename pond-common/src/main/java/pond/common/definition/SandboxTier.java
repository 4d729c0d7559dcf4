package pond.common.definition;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Which pool of workers may run an untrusted stage. */
public enum SandboxTier {
    /** Workers tagged {@code pool:trusted}. */
    TRUSTED,
    /** Workers of the project itself: {@code pool:byo} and {@code tenant:<projectId>}. */
    BYO,
    /** Any worker. */
    ANY;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
