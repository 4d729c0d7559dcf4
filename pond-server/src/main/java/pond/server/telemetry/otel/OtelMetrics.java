package pond.server.telemetry.otel;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import pond.server.telemetry.Metric;
import pond.server.telemetry.Metrics;
import pond.server.telemetry.Point;

/** The numbers that {@code /metrics} shows, in the words of OpenTelemetry: read anew for each export, cumulative. */
final class OtelMetrics implements MetricProducer {
    private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("pond");

    private final Metrics metrics;
    private final InstantSource clock;
    private final long begun;

    OtelMetrics(Metrics metrics, InstantSource clock) {
        this.metrics = metrics;
        this.clock = clock;
        this.begun = nanos(clock.instant());
    }

    @Override
    public Collection<MetricData> produce(Resource resource) {
        long now = nanos(clock.instant());
        return metrics.read().stream()
                .filter(reading -> !reading.points().isEmpty())
                .map(reading -> data(resource, reading, now))
                .toList();
    }

    private MetricData data(Resource resource, Metrics.Reading reading, long now) {
        Metric metric = reading.metric();
        List<Point> points = reading.points();
        return switch (metric.kind()) {
            case COUNTER ->
                new Named(
                        resource,
                        metric,
                        MetricDataType.DOUBLE_SUM,
                        SumData.createDoubleSumData(
                                true, AggregationTemporality.CUMULATIVE, values(metric, points, now)));
            case GAUGE ->
                new Named(
                        resource,
                        metric,
                        MetricDataType.DOUBLE_GAUGE,
                        GaugeData.createDoubleGaugeData(values(metric, points, now)));
            case HISTOGRAM ->
                new Named(
                        resource,
                        metric,
                        MetricDataType.HISTOGRAM,
                        HistogramData.create(
                                AggregationTemporality.CUMULATIVE,
                                points.stream()
                                        .map(point -> histogram(metric, (Point.Distribution) point, now))
                                        .toList()));
        };
    }

    private List<DoublePointData> values(Metric metric, List<Point> points, long now) {
        return points.stream()
                .map(point -> DoublePointData.create(
                        begun, now, attributes(metric, point), ((Point.Value) point).value(), List.of()))
                .toList();
    }

    private HistogramPointData histogram(Metric metric, Point.Distribution point, long now) {
        return HistogramPointData.create(
                begun, now, attributes(metric, point), point.sum(), false, 0, false, 0, point.bounds(), point.counts());
    }

    private static Attributes attributes(Metric metric, Point point) {
        AttributesBuilder attributes = Attributes.builder();
        for (int i = 0; i < metric.attributes().size(); i++) {
            attributes.put(metric.attributes().get(i), point.attributes().get(i));
        }
        return attributes.build();
    }

    private static long nanos(Instant at) {
        return ChronoUnit.NANOS.between(Instant.EPOCH, at);
    }

    /** The kit has a class for this, but keeps it to itself. */
    private record Named(Resource resource, Metric metric, MetricDataType type, Data<?> data) implements MetricData {
        @Override
        public Resource getResource() {
            return resource;
        }

        @Override
        public InstrumentationScopeInfo getInstrumentationScopeInfo() {
            return SCOPE;
        }

        @Override
        public String getName() {
            return metric.name();
        }

        @Override
        public String getDescription() {
            return metric.description();
        }

        @Override
        public String getUnit() {
            return metric.unit();
        }

        @Override
        public MetricDataType getType() {
            return type;
        }

        @Override
        public Data<?> getData() {
            return data;
        }

        /** What {@code POND_OTEL_CONSOLE} writes; the resource would be the same in each line. */
        @Override
        public String toString() {
            return metric.name() + " " + data;
        }
    }
}
