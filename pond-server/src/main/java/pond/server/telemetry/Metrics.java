package pond.server.telemetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All numbers of the server. What happens is counted as it happens; what is the case is asked for with each reading, by
 * whoever reads: a scrape, or the export. So a part of the server that has a number to show gives it here once:
 *
 * <pre>{@code metrics.gauge("pond.backup.age", "s", "Age of the newest backup.", () -> backups.age().toSeconds());}</pre>
 *
 * A name is given once. Units and attributes are as {@link Metric} has them; no attribute may be an id of a run, a job, a
 * project or anything else of which there are more and more. Safe for use by several threads.
 */
public final class Metrics {
    private static final Logger log = LoggerFactory.getLogger(Metrics.class);

    private final Map<String, Source> sources = new ConcurrentSkipListMap<>();

    private record Source(Metric metric, Supplier<List<Point>> points) {}

    /** A metric with the points that it has now. */
    public record Reading(Metric metric, List<Point> points) {
        public Reading {
            points = List.copyOf(points);
        }
    }

    /** A number that grows with what happens; there is nothing to see of it before something has. */
    public Counter counter(String name, String unit, String description, String... attributes) {
        Metric metric = new Metric(name, Metric.Kind.COUNTER, unit, description, Arrays.asList(attributes));
        Counter counter = new Counter(metric);
        add(metric, counter::points);
        return counter;
    }

    /** As {@link #counter}, of values that differ; {@code bounds} are upper ones, in order. */
    public Histogram histogram(String name, String unit, String description, double[] bounds, String... attributes) {
        Metric metric = new Metric(name, Metric.Kind.HISTOGRAM, unit, description, Arrays.asList(attributes));
        Histogram histogram = new Histogram(metric, bounds);
        add(metric, histogram::points);
        return histogram;
    }

    /** A number that is asked for with each reading: quickly, from any thread. What it throws leaves it out. */
    public void gauge(String name, String unit, String description, DoubleSupplier value) {
        gauges(name, unit, description, () -> List.of(new Point.Value(List.of(), value.getAsDouble())));
    }

    /** As {@link #gauge(String, String, String, DoubleSupplier)}, by attributes. */
    public void gauges(
            String name, String unit, String description, Supplier<List<Point>> points, String... attributes) {
        add(new Metric(name, Metric.Kind.GAUGE, unit, description, Arrays.asList(attributes)), points);
    }

    /** As {@link #gauges}, for numbers that only grow and are counted elsewhere. */
    public void totals(
            String name, String unit, String description, Supplier<List<Point>> points, String... attributes) {
        add(new Metric(name, Metric.Kind.COUNTER, unit, description, Arrays.asList(attributes)), points);
    }

    private void add(Metric metric, Supplier<List<Point>> points) {
        if (sources.putIfAbsent(metric.name(), new Source(metric, points)) != null) {
            throw new IllegalArgumentException("there is a metric " + metric.name() + " already");
        }
    }

    /** All that is known now, by name. */
    public List<Reading> read() {
        List<Reading> readings = new ArrayList<>();
        for (Source source : sources.values()) {
            try {
                readings.add(new Reading(source.metric(), source.points().get()));
            } catch (RuntimeException e) {
                log.warn(
                        "metric {} is left out of this reading", source.metric().name(), e);
            }
        }
        return readings;
    }
}
