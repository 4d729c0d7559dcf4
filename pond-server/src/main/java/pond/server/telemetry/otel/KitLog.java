package pond.server.telemetry.otel;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/**
 * Brings what the kit logs into the log of the server. The kit itself sees to it that a collector which is away is told
 * of a few times a minute at most.
 */
final class KitLog extends Handler {
    private static final org.slf4j.Logger log = LoggerFactory.getLogger("pond.server.telemetry.otel");

    private final SimpleFormatter messages = new SimpleFormatter();
    /** Kept, for loggers that nobody holds are forgotten with what was set on them. */
    private final Logger kit = Logger.getLogger("io.opentelemetry");

    void install() {
        kit.setUseParentHandlers(false);
        kit.addHandler(this);
    }

    @Override
    public void publish(LogRecord entry) {
        String text = messages.formatMessage(entry);
        if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
            Throwable why = entry.getThrown();
            log.warn("{}{}", text, why == null ? "" : ": " + why);
            log.debug("in full", why);
        } else {
            log.info("{}", text);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        kit.removeHandler(this);
    }
}
