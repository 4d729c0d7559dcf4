package pond.server.telemetry.otel;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class KitLogTest {
    @Test
    void aCollectorThatIsAwayDoesNotFillTheLog() {
        Logger log = (Logger) LoggerFactory.getLogger("pond.server.telemetry.otel");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        var before = log.getLevel();
        log.setLevel(ch.qos.logback.classic.Level.INFO);
        log.addAppender(lines);
        try (KitLog kitLog = new KitLog()) {
            for (int i = 0; i < 1_000; i++) {
                LogRecord away = new LogRecord(Level.WARNING, "cannot send to {0}");
                away.setParameters(new Object[] {"there"});
                away.setThrown(new java.net.ConnectException("refused"));
                kitLog.publish(away);
            }
            kitLog.publish(new LogRecord(Level.INFO, "something else"));
        } finally {
            log.detachAppender(lines);
            log.setLevel(before);
        }

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("cannot send to there: java.net.ConnectException: refused", "something else");
    }
}
