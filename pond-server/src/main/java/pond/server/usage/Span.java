package pond.server.usage;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A span of time, cut at the ends of UTC days: the days that lie in it whole, and what is left before and after them.
 *
 * @param until the first moment that is not in it; null: it has no end
 */
record Span(Instant since, @Nullable Instant until) {
    /** What one end must be; completes the sentence "must be …". */
    static final String WANTED = "a date such as 2030-01-31, or a time such as 2030-01-31T12:00:00Z, from 1970 to 9999";

    private static final int DEFAULT_DAYS = 30;
    private static final long DAY = Duration.ofDays(1).toMillis();
    /** No call begins later. */
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    /** Where a span begins about which nothing was said: a month, today included, or the same before its end. */
    static Instant defaultSince(@Nullable Instant until, Instant now) {
        return until == null
                ? now.truncatedTo(ChronoUnit.DAYS).minus(DEFAULT_DAYS - 1, ChronoUnit.DAYS)
                : until.minus(DEFAULT_DAYS, ChronoUnit.DAYS);
    }

    /** Reads a date, which is the beginning of that day in UTC, or a time, of which thousandths count. */
    static Optional<Instant> parse(String text) {
        try {
            Instant at = text.contains("T")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            return at.isBefore(Instant.EPOCH) || at.isAfter(LAST)
                    ? Optional.empty()
                    : Optional.of(at.truncatedTo(ChronoUnit.MILLIS));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** The first whole day, in days since 1970. */
    long firstDay() {
        return -Math.floorDiv(-since.toEpochMilli(), DAY);
    }

    /** The first day that is not whole any more; not after {@link #firstDay} when no day is whole. */
    long endDay() {
        return Math.floorDiv(end(), DAY);
    }

    /** In milliseconds since 1970, as all below. */
    long headStart() {
        return since.toEpochMilli();
    }

    long headEnd() {
        return Math.min(end(), firstDay() * DAY);
    }

    long tailStart() {
        return Math.max(headEnd(), endDay() * DAY);
    }

    long tailEnd() {
        return end();
    }

    boolean isWholeDays() {
        return headStart() == headEnd() && tailStart() == tailEnd();
    }

    private long end() {
        return until == null ? LAST.toEpochMilli() + 1 : until.toEpochMilli();
    }
}
