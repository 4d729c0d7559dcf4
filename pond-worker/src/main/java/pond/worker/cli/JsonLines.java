package pond.worker.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import pond.common.json.Json;

/**
 * A log event as one line, a JSON object: {@code time}, {@code level}, {@code logger}, {@code thread}, {@code message}, then
 * what it belongs to, as far as that is known ({@code request}, {@code run}, {@code stage}, {@code job}, {@code attempt},
 * {@code worker}, {@code trace_id}, {@code span_id}), and {@code error}, the stack of an exception. The server's log is
 * written by it too; its logback.xml names it.
 */
public final class JsonLines extends EncoderBase<ILoggingEvent> {
    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", event.getInstant());
        fields.put("level", event.getLevel().toString());
        fields.put("logger", event.getLoggerName());
        fields.put("thread", event.getThreadName());
        fields.put("message", event.getFormattedMessage());
        // Names in the MDC are this project's own, and none is one of those above.
        event.getMDCPropertyMap().forEach(fields::putIfAbsent);
        if (event.getThrowableProxy() != null) {
            fields.put("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return (Json.write(fields) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }
}
