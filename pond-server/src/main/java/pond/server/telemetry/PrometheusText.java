package pond.server.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Readings in the text format of Prometheus, version 0.0.4. */
final class PrometheusText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Map<String, String> SUFFIXES = Map.of("s", "_seconds", "By", "_bytes");
    private static final long WHOLE = 1L << 53;

    private final StringBuilder text = new StringBuilder(64 * 1024);

    private PrometheusText() {}

    static String of(List<Metrics.Reading> readings) {
        PrometheusText all = new PrometheusText();
        readings.stream().filter(reading -> !reading.points().isEmpty()).forEach(all::write);
        return all.text.toString();
    }

    /** The name of a metric: dots become underscores, the unit and the word for counters come behind it. */
    static String name(Metric metric) {
        String name = plain(metric.name());
        String unit = SUFFIXES.getOrDefault(metric.unit(), "");
        String whole = name.endsWith(unit) ? name : name + unit;
        return metric.kind() == Metric.Kind.COUNTER ? whole + "_total" : whole;
    }

    private static String plain(String name) {
        return name.replace('.', '_');
    }

    private void write(Metrics.Reading reading) {
        Metric metric = reading.metric();
        String name = name(metric);
        String help = metric.description().replace("\\", "\\\\").replace("\n", "\\n");
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ');
        text.append(metric.kind().name().toLowerCase(Locale.ROOT)).append('\n');
        for (Point point : reading.points()) {
            List<String> labels = labels(metric, point);
            if (point instanceof Point.Distribution distribution) {
                write(name, labels, distribution);
            } else if (point instanceof Point.Value value) {
                line(name, labels, value.value());
            }
        }
    }

    private void write(String name, List<String> labels, Point.Distribution distribution) {
        long below = 0;
        for (int i = 0; i < distribution.counts().size(); i++) {
            below += distribution.counts().get(i);
            boolean last = i == distribution.bounds().size();
            List<String> all = new ArrayList<>(labels);
            all.add("le=\"" + (last ? "+Inf" : number(distribution.bounds().get(i))) + "\"");
            line(name + "_bucket", all, (double) below);
        }
        line(name + "_sum", labels, distribution.sum());
        line(name + "_count", labels, (double) below);
    }

    private void line(String name, List<String> labels, double value) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(String.join(",", labels)).append('}');
        }
        text.append(' ').append(number(value)).append('\n');
    }

    private static List<String> labels(Metric metric, Point point) {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < metric.attributes().size(); i++) {
            labels.add(plain(metric.attributes().get(i)) + "=\""
                    + escaped(point.attributes().get(i)) + "\"");
        }
        return labels;
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < WHOLE
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
