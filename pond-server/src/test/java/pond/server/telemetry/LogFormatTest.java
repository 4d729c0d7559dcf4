package pond.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import pond.worker.cli.JsonLines;

/** The server's logback.xml, as it is read at start. */
class LogFormatTest {
    @Test
    void theFormatIsTextUnlessJsonIsAskedFor() throws Exception {
        assertThat(encoder("", "")).isInstanceOf(PatternLayoutEncoder.class);
        assertThat(encoder("POND_LOG_FORMAT", "")).isInstanceOf(PatternLayoutEncoder.class);
        assertThat(encoder("POND_LOG_FORMAT", "text")).isInstanceOf(PatternLayoutEncoder.class);
        assertThat(encoder("POND_LOG_FORMAT", "json")).isInstanceOf(JsonLines.class);
    }

    private static Encoder<ILoggingEvent> encoder(String variable, String value) throws Exception {
        LoggerContext context = new LoggerContext();
        if (!variable.isEmpty()) {
            context.putProperty(variable, value);
        }
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(LogFormatTest.class.getResource("/logback.xml"));
        var appenders = context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
        ConsoleAppender<ILoggingEvent> only = (ConsoleAppender<ILoggingEvent>) appenders.next();
        assertThat(appenders.hasNext()).isFalse();
        return only.getEncoder();
    }
}
