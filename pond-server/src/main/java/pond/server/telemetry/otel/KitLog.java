package pond.server.telemetry.otel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/**
 * Brings what the kit logs into the log of the server: two warnings a minute at most, for one that is away is complained of
 * with every try. Safe for use by several threads.
 */
final class KitLog extends Handler implements AutoCloseable {
    private static final org.slf4j.Logger log = LoggerFactory.getLogger("pond.server.telemetry.otel");
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(30);

    private final SimpleFormatter messages = new SimpleFormatter();
    private final AtomicLong warnedAt = new AtomicLong(System.nanoTime() - PAUSE);
    private final AtomicLong unsaid = new AtomicLong();
    /** Kept, for loggers that nobody holds are forgotten with what was set on them. */
    private final Logger kit = Logger.getLogger("io.opentelemetry");

    void install() {
        kit.setUseParentHandlers(false);
        kit.addHandler(this);
    }

    @Override
    public void publish(LogRecord entry) {
        if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
            warn(entry);
        } else {
            log.info("{}", messages.formatMessage(entry));
        }
    }

    private void warn(LogRecord entry) {
        long now = System.nanoTime();
        long last = warnedAt.get();
        if (now - last < PAUSE || !warnedAt.compareAndSet(last, now)) {
            unsaid.incrementAndGet();
            return;
        }
        Throwable why = entry.getThrown();
        long others = unsaid.getAndSet(0);
        log.warn(
                "{}{}{}",
                messages.formatMessage(entry),
                why == null ? "" : ": " + why,
                others == 0 ? "" : " (and " + others + " warnings before it that were not written)");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        kit.removeHandler(this);
    }
}
