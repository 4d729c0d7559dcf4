package pond.server.bench;

import java.io.PrintStream;

/** Prints figures as they come, and remembers whether one missed its limit. */
final class Report {
    private final PrintStream out;
    private int missed;

    Report(PrintStream out) {
        this.out = out;
    }

    void heading(String text) {
        out.println();
        out.println(text);
    }

    /** A figure that is not judged. */
    void figure(String name, String value) {
        out.printf("  %-44s %s%n", name, value);
    }

    /**
     * A figure that must not be greater than {@code must}; {@code ambitious} is where it would be good.
     *
     * @param unit of all three
     */
    void atMost(String name, double value, String unit, double must, double ambitious) {
        judged(name, value, unit, "<=", new double[] {must, ambitious}, value <= must, value <= ambitious);
    }

    /** As {@link #atMost}, for what should be great. */
    void atLeast(String name, double value, String unit, double must, double ambitious) {
        judged(name, value, unit, ">=", new double[] {must, ambitious}, value >= must, value >= ambitious);
    }

    /** Something that is so or not. */
    void holds(String name, boolean holds, String value) {
        missed += holds ? 0 : 1;
        out.printf("  %-44s %-22s %s%n", name, value, holds ? "ok" : "MISSED");
    }

    int missed() {
        return missed;
    }

    private void judged(
            String name, double value, String unit, String sign, double[] limits, boolean must, boolean ambitious) {
        missed += must ? 0 : 1;
        out.printf(
                "  %-44s %-22s %s %s (must %s %s, good %s %s)%n",
                name,
                number(value) + " " + unit,
                must ? "ok    " : "MISSED",
                ambitious ? "good" : "    ",
                sign,
                number(limits[0]),
                sign,
                number(limits[1]));
    }

    private static String number(double value) {
        return value >= 100 ? "%,.0f".formatted(value) : "%.2f".formatted(value);
    }
}
