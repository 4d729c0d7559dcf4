package pond.common.definition;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The ways an attempt can end that may be worth another one. */
public enum RetryOn {
    /** The stage itself failed, such as by its exit code. */
    FAILED,
    /** It ran into its timeout. */
    TIMEOUT,
    /** Its worker was lost, so nobody knows how far it came. */
    WORKER_LOST;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
