package pond.server.telemetry.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import pond.common.ids.RunId;
import pond.server.config.SettingException;
import pond.server.telemetry.Metrics;

class OtelSettingsTest {
    private static OtelSettings settings(Map<String, String> variables, boolean console) {
        return new OtelSettings(variables, console, Optional.empty(), "1");
    }

    private static OtelSettings settings(Map<String, String> variables) {
        return settings(variables, false);
    }

    @Test
    void itIsOffUntilAnEndpointOrTheConsoleIsAskedFor() {
        String any = "OTEL_EXPORTER_OTLP_ENDPOINT";
        assertThat(settings(Map.of()).wanted()).isFalse();
        assertThat(settings(Map.of("OTEL_SERVICE_NAME", "x")).wanted()).isFalse();
        assertThat(settings(Map.of(any, " ")).wanted()).isFalse();
        assertThat(settings(Map.of(any, "http://c:4318")).wanted()).isTrue();
        assertThat(settings(Map.of(any, "http://c:4318", "OTEL_SDK_DISABLED", "TRUE"))
                        .wanted())
                .isFalse();
        assertThat(settings(Map.of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:4318/v1/traces"))
                        .wanted())
                .isTrue();
        assertThat(settings(Map.of(), true).wanted()).isTrue();
    }

    @Test
    void aSignalWithoutAnEndpointIsNotSent() {
        assertThat(settings(Map.of("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://c:1/v1/metrics"), true)
                        .properties())
                .containsEntry("otel.metrics.exporter", "otlp,console")
                .containsEntry("otel.traces.exporter", "console")
                .containsEntry("otel.logs.exporter", "none");
    }

    @Test
    void whatIsGivenWinsOverOurDefaults() {
        assertThat(settings(Map.of("OTEL_SERVICE_NAME", "mine", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"))
                        .properties())
                .containsEntry("otel.service.name", "mine")
                .containsEntry("otel.exporter.otlp.protocol", "grpc");
    }

    @Test
    void aValueThatTheKitDoesNotTakeIsSaid() {
        OtelSettings wrong = settings(
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL", "pigeon"));

        assertThatThrownBy(() -> OtelExport.start(wrong, new Metrics(), InstantSource.system()))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("pigeon");
    }

    @Test
    void theIdsOfARunsTraceAreMadeOfTheRun() {
        RunId run = new RunId(UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057"));

        assertThat(RunIds.trace(run)).isEqualTo("01890a5dac96774bbcceb302099a8057");
        assertThat(RunIds.root(run)).isEqualTo("bcceb302099a8057");
        assertThat(RunIds.stage(run, 1)).matches("[0-9a-f]{16}").isEqualTo(RunIds.stage(run, 1));
        assertThat(new HashSet<>(Set.of(RunIds.stage(run, 0), RunIds.stage(run, 1), RunIds.root(run))))
                .hasSize(3);
    }
}
