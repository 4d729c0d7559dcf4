package pond.server.telemetry;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** One accumulator for each combination of attribute values that was seen; past a limit all others share one. */
final class Series<T> {
    /** Far more than any metric of ours has: what holds when an attribute is less bounded than its author thought. */
    private static final int LIMIT = 2_000;

    private final Metric metric;
    private final Supplier<T> make;
    private final Map<List<String>, T> all = new ConcurrentHashMap<>();

    Series(Metric metric, Supplier<T> make) {
        this.metric = metric;
        this.make = make;
    }

    T of(String... values) {
        if (values.length != metric.attributes().size()) {
            throw new IllegalArgumentException(metric.name() + " has the attributes " + metric.attributes());
        }
        // The array is the caller's; as a key for looking up it is good without a copy.
        T known = all.get(Arrays.asList(values));
        if (known != null) {
            return known;
        }
        List<String> key = all.size() < LIMIT ? List.of(values) : Collections.nCopies(values.length, Names.OTHER);
        return all.computeIfAbsent(key, unseen -> make.get());
    }

    List<Point> points(Function<Map.Entry<List<String>, T>, Point> read) {
        return all.entrySet().stream().map(read).toList();
    }
}
