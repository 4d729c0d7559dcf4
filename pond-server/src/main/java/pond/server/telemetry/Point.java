package pond.server.telemetry;

import java.util.List;

/** One value of a metric, or the distribution of many, at the moment of a reading. */
public sealed interface Point {
    /** The values of the metric's attributes, in their order. */
    List<String> attributes();

    /** A single number. */
    record Value(List<String> attributes, double value) implements Point {
        public Value {
            attributes = List.copyOf(attributes);
        }
    }

    /**
     * How many values lay between which bounds.
     *
     * @param bounds upper ones, included, in order
     * @param counts one for each bound and one for what was above the last; not added up
     */
    record Distribution(List<String> attributes, List<Double> bounds, List<Long> counts, double sum) implements Point {
        public Distribution {
            attributes = List.copyOf(attributes);
            bounds = List.copyOf(bounds);
            counts = List.copyOf(counts);
        }

        /** Of all. */
        public long count() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }
    }
}
