package pond.server.telemetry;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Sorts values between bounds, by attributes. Any thread, without a lock; a reading may miss what comes while it is taken. */
public final class Histogram {
    /** For what takes from less than a millisecond to a minute. */
    static final double[] QUICK = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
    /** For what takes from milliseconds to a day. */
    static final double[] LONG = {0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 14_400, 86_400};
    /** For how many there are of something. */
    static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256};

    private static final double NANOS = 1e9;

    private final double[] bounds;
    private final Series<Buckets> series;

    Histogram(Metric metric, double[] bounds) {
        this.bounds = bounds.clone();
        this.series = new Series<>(metric, () -> new Buckets(bounds.length + 1));
    }

    private static final class Buckets {
        private final LongAdder[] counts;
        private final DoubleAdder sum = new DoubleAdder();

        Buckets(int number) {
            counts = new LongAdder[number];
            Arrays.setAll(counts, each -> new LongAdder());
        }
    }

    /** With a value for each attribute of the metric, in their order. */
    public void record(double value, String... attributes) {
        Buckets buckets = series.of(attributes);
        int at = Arrays.binarySearch(bounds, value);
        buckets.counts[at >= 0 ? at : -at - 1].increment();
        buckets.sum.add(value);
    }

    /** In seconds. */
    public void record(Duration took, String... attributes) {
        record(took.toNanos() / NANOS, attributes);
    }

    List<Point> points() {
        List<Double> upper = Arrays.stream(bounds).boxed().toList();
        return series.points(each -> new Point.Distribution(
                each.getKey(),
                upper,
                Arrays.stream(each.getValue().counts).map(LongAdder::sum).toList(),
                each.getValue().sum.sum()));
    }
}
