package pond.server.telemetry.otel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be sent where. This class knows no class of OpenTelemetry, so that asking costs nothing.
 *
 * @param variables those that begin with {@code OTEL_}
 * @param console whether all goes to the log as well
 * @param label of this installation, when it has one
 * @param version of the server
 */
public record OtelSettings(Map<String, String> variables, boolean console, Optional<String> label, String version) {
    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public OtelSettings {
        variables = Map.copyOf(variables);
    }

    /** Whether anything is to be sent at all. */
    public boolean wanted() {
        boolean disabled = "true".equalsIgnoreCase(variables.get("OTEL_SDK_DISABLED"));
        return !disabled && (console || hasEndpoint("TRACES") || hasEndpoint("METRICS"));
    }

    private boolean hasEndpoint(String signal) {
        return isSet(ENDPOINT) || isSet("OTEL_EXPORTER_OTLP_" + signal + "_ENDPOINT");
    }

    private boolean isSet(String variable) {
        return !variables.getOrDefault(variable, "").isBlank();
    }

    /** The properties that OpenTelemetry reads: what was given, and our defaults for the rest. */
    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        properties.put("otel.service.name", "pond");
        // What collectors take on the port that is in every example; the kit's own default is gRPC.
        properties.put("otel.exporter.otlp.protocol", "http/protobuf");
        properties.put("otel.traces.exporter", exporters("TRACES"));
        properties.put("otel.metrics.exporter", exporters("METRICS"));
        properties.put("otel.logs.exporter", "none");
        variables.forEach(
                (name, value) -> properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value));
        return properties;
    }

    private String exporters(String signal) {
        List<String> exporters = new ArrayList<>();
        if (hasEndpoint(signal)) {
            exporters.add("otlp");
        }
        if (console) {
            exporters.add("console");
        }
        return exporters.isEmpty() ? "none" : String.join(",", exporters);
    }
}
