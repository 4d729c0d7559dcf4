package pond.common.problems;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/** Amounts of money as callers write them: a JSON number, or a text, which keeps its digits in any client. */
final class Amounts {
    private static final int MICRO_DIGITS = 6;
    private static final BigDecimal MAX_DOLLARS = BigDecimal.valueOf(1_000_000);
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,7}(\\.[0-9]{1,6})?");

    private Amounts() {}

    /** US dollars in millionths; empty for anything but 0 to a million with at most six decimals. */
    static Optional<Long> microDollars(JsonNode value) {
        return decimal(value)
                .filter(dollars -> dollars.signum() >= 0 && dollars.compareTo(MAX_DOLLARS) <= 0)
                .map(BigDecimal::stripTrailingZeros)
                .filter(dollars -> dollars.scale() <= MICRO_DIGITS)
                .map(dollars -> dollars.movePointRight(MICRO_DIGITS).longValueExact());
    }

    private static Optional<BigDecimal> decimal(JsonNode value) {
        if (value.isNumber()) {
            return Optional.of(value.decimalValue());
        }
        return Optional.of(value)
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .filter(text -> DECIMAL.matcher(text).matches())
                .map(BigDecimal::new);
    }
}
