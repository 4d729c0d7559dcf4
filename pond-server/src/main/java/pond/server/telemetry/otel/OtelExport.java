package pond.server.telemetry.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.resources.Resource;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.config.SettingException;
import pond.server.telemetry.Export;
import pond.server.telemetry.Metrics;
import pond.server.telemetry.Spans;

/** The kit, running: it reads the metrics at intervals, takes spans, and sends both in the background. */
public final class OtelExport implements Export {
    private static final Logger log = LoggerFactory.getLogger(OtelExport.class);
    private static final int CLOSE_SECONDS = 3;
    /** What the kit counts of itself stays with it: what is sent is what {@code /metrics} shows. */
    private static final InstrumentSelector ALL =
            InstrumentSelector.builder().setName("*").build();

    private static final View NOTHING =
            View.builder().setAggregation(Aggregation.drop()).build();

    private final KitLog kitLog;
    private final OpenTelemetrySdk kit;
    private final Spans spans;

    private OtelExport(KitLog kitLog, OpenTelemetrySdk kit, Spans spans) {
        this.kitLog = kitLog;
        this.kit = kit;
        this.spans = spans;
    }

    /**
     * Starts to send.
     *
     * @throws SettingException when a variable of OpenTelemetry has a value that it does not take
     */
    public static OtelExport start(OtelSettings settings, Metrics metrics, InstantSource clock) {
        KitLog kitLog = new KitLog();
        kitLog.install();
        GivenIds ids = new GivenIds();
        try {
            OpenTelemetrySdk kit = AutoConfiguredOpenTelemetrySdk.builder()
                    .disableShutdownHook()
                    .addPropertiesSupplier(settings::properties)
                    .addResourceCustomizer((given, config) -> resource(settings).merge(given))
                    .addTracerProviderCustomizer((tracing, config) -> tracing.setIdGenerator(ids))
                    .addMeterProviderCustomizer((metering, config) ->
                            metering.registerView(ALL, NOTHING).registerMetricProducer(new OtelMetrics(metrics, clock)))
                    .build()
                    .getOpenTelemetrySdk();
            return new OtelExport(kitLog, kit, new OtelSpans(kit.getSdkTracerProvider(), ids));
        } catch (ConfigurationException e) {
            kitLog.close();
            throw new SettingException("the variables of OpenTelemetry cannot be taken: " + e.getMessage());
        }
    }

    /** What was given by variables wins over this. */
    private static Resource resource(OtelSettings settings) {
        AttributesBuilder attributes =
                Attributes.builder().put(AttributeKey.stringKey("service.version"), settings.version());
        settings.label().ifPresent(label -> attributes.put(AttributeKey.stringKey("deployment.environment"), label));
        return Resource.create(attributes.build());
    }

    @Override
    public Spans spans() {
        return spans;
    }

    @Override
    public void close() {
        if (!kit.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS).isSuccess()) {
            log.warn("what was left of metrics and spans could not be sent within {} seconds", CLOSE_SECONDS);
        }
        kitLog.close();
    }
}
