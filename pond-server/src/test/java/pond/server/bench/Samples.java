package pond.server.bench;

import java.util.stream.LongStream;

/** Durations of the same thing, in nanoseconds, sorted. */
final class Samples {
    private final long[] sorted;

    private Samples(long[] sorted) {
        this.sorted = sorted;
    }

    static Samples of(LongStream nanos) {
        return new Samples(nanos.sorted().toArray());
    }

    /** The nearest-rank quantile, in milliseconds. */
    double millis(double quantile) {
        int rank = (int) Math.ceil(quantile * sorted.length);
        return sorted[Math.max(rank, 1) - 1] / 1e6;
    }

    double p50() {
        return millis(0.5);
    }

    double p99() {
        return millis(0.99);
    }

    @Override
    public String toString() {
        return "p50 %.2f ms, p99 %.2f ms".formatted(p50(), p99());
    }
}
