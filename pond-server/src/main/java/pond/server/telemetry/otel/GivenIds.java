package pond.server.telemetry.otel;

import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets a span have ids that were chosen for it; the kit asks for them while it makes the span. Spans are made in turn. */
final class GivenIds implements IdGenerator {
    private final IdGenerator random = IdGenerator.random();
    private @Nullable TraceAndSpan given;

    /** The ids of a span. */
    record TraceAndSpan(String trace, String span) {}

    /** Makes a span with these ids; that of the trace counts when the span has no parent. */
    synchronized <T> T with(String trace, String span, Supplier<T> make) {
        given = new TraceAndSpan(trace, span);
        try {
            return make.get();
        } finally {
            given = null;
        }
    }

    @Override
    public synchronized String generateSpanId() {
        return given == null ? random.generateSpanId() : given.span();
    }

    @Override
    public synchronized String generateTraceId() {
        return given == null ? random.generateTraceId() : given.trace();
    }

    /** Random ones. */
    TraceAndSpan fresh() {
        return new TraceAndSpan(random.generateTraceId(), random.generateSpanId());
    }
}
