package pond.common.definition;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a stage may see and reach. */
public enum SandboxProfile {
    /** The host's files and network. */
    NONE,
    /** System folders read-only, own checkout, output, HOME and /tmp; the host's network. */
    TRUSTED_CODE,
    /** The checkout read-only; the model broker is all there is of a network. */
    UNTRUSTED_CODE_READ,
    /** A throwaway copy of the checkout; the network by an allow-list. */
    UNTRUSTED_CODE_WRITE;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
