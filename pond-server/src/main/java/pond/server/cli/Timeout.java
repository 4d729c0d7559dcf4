package pond.server.cli;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The time that {@code --timeout} gives, from when it was made; it may be endless. */
public final class Timeout {
    private final long start = System.nanoTime();
    private final @Nullable Long seconds;

    private Timeout(@Nullable Long seconds) {
        this.seconds = seconds;
    }

    /**
     * Begins now.
     *
     * @param seconds null: there is no end
     * @throws ParameterException when it is no number of seconds
     */
    public static Timeout of(CommandLine line, @Nullable Long seconds) {
        if (seconds != null && (seconds < 0 || seconds > Integer.MAX_VALUE)) {
            throw new ParameterException(line, "--timeout must be a number of seconds from 0 on");
        }
        return new Timeout(seconds);
    }

    /** Whole seconds that are left, rounded up; 0 when the time is up. */
    public long secondsLeft() {
        if (seconds == null) {
            return Long.MAX_VALUE;
        }
        long nanos = TimeUnit.SECONDS.toNanos(seconds) - (System.nanoTime() - start);
        return nanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toSeconds(nanos - 1) + 1;
    }

    /** Whether none of it is left. */
    public boolean isUp() {
        return secondsLeft() == 0;
    }
}
