package pond.common.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far a delivery has come. */
public enum DeliveryStatus {
    /** It will be tried, or tried again. */
    PENDING,
    /** The receiver has taken it. */
    DELIVERED,
    /** It is not tried any more, unless somebody asks for that. */
    GIVEN_UP;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
