package pond.server.cli.live;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Spans and times of day, as short as people read them. */
final class Spans {
    private static final DateTimeFormatter TIME_OF_DAY =
            DateTimeFormatter.ofPattern("HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    private Spans() {}

    /** Such as 0:07, 12:30 or 1:02:03; nothing when it has not begun. A clock that is behind makes no span negative. */
    static String elapsed(@Nullable Instant from, @Nullable Instant to, Instant now) {
        return from == null ? "" : text(Duration.between(from, to == null ? now : to));
    }

    /** What is left until then. */
    static String left(Instant until, Instant now) {
        return text(Duration.between(now, until));
    }

    /** Of the day in UTC; with the date when it is another day. */
    static String clock(Instant time, Instant now) {
        boolean today = time.truncatedTo(ChronoUnit.DAYS).equals(now.truncatedTo(ChronoUnit.DAYS));
        return today
                ? TIME_OF_DAY.format(time)
                : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String text(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
        long hours = seconds / 3600;
        String minutes = hours == 0 ? Long.toString(seconds / 60) : "%d:%02d".formatted(hours, seconds / 60 % 60);
        return minutes + ":%02d".formatted(seconds % 60);
    }
}
