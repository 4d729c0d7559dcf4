package pond.server.telemetry;

import java.util.List;

/**
 * What a number is about.
 *
 * @param name with dots, as OpenTelemetry has it; Prometheus' form is made of it
 * @param unit as UCUM has it: {@code s}, {@code By}, or a word in braces for things that are counted
 * @param attributes names of what tells its values apart
 */
public record Metric(String name, Kind kind, String unit, String description, List<String> attributes) {
    /** How its values behave. */
    public enum Kind {
        /** Only grows, from 0 at the start of the server. */
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    public Metric {
        attributes = List.copyOf(attributes);
    }
}
