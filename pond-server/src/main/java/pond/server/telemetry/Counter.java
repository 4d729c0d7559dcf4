package pond.server.telemetry;

import java.util.List;
import java.util.concurrent.atomic.DoubleAdder;

/** Adds up, by attributes. Any thread, without a lock. */
public final class Counter {
    private final Series<DoubleAdder> series;

    Counter(Metric metric) {
        this.series = new Series<>(metric, DoubleAdder::new);
    }

    /** With a value for each attribute of the metric, in their order. */
    public void add(double amount, String... attributes) {
        series.of(attributes).add(amount);
    }

    /** As {@link #add(double, String...)}, of things that are counted. */
    public void add(long amount, String... attributes) {
        add((double) amount, attributes);
    }

    List<Point> points() {
        return series.points(
                each -> new Point.Value(each.getKey(), each.getValue().sum()));
    }
}
