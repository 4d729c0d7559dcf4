package pond.server.bench;

import java.util.stream.DoubleStream;

/** The same figure of several rounds: what is judged is the median, what tells of a restless machine is the rest. */
record Figure(double median, double least, double most) {
    static Figure of(DoubleStream rounds) {
        double[] sorted = rounds.sorted().toArray();
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Figure(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** A figure that was taken once. */
    static Figure of(double once) {
        return new Figure(once, once, once);
    }

    @Override
    public String toString() {
        return least == most ? number(median) : number(median) + " [" + number(least) + ".." + number(most) + "]";
    }

    static String number(double value) {
        return Math.abs(value) >= 100 ? "%,.0f".formatted(value) : "%.2f".formatted(value);
    }
}
