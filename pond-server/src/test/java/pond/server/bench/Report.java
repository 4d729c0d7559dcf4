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

    /** A figure that is not judged, with what it was in the rounds. */
    void figure(String name, Figure value, String unit) {
        figure(name, value + " " + unit);
    }

    /** A figure that would be good if it were not greater than {@code good}; nothing is missed when it is. */
    void wantAtMost(String name, Figure value, String unit, double good) {
        out.printf(
                "  %-44s %-30s %s (good <= %s)%n",
                name, value + " " + unit, value.median() <= good ? "good  " : "      ", Figure.number(good));
    }

    /** As {@link #wantAtMost}, for what should be great. */
    void wantAtLeast(String name, Figure value, String unit, double good) {
        out.printf(
                "  %-44s %-30s %s (good >= %s)%n",
                name, value + " " + unit, value.median() >= good ? "good  " : "      ", Figure.number(good));
    }

    /**
     * A figure that must not be greater than {@code must}; {@code ambitious} is where it would be good.
     *
     * @param unit of all three
     */
    void atMost(String name, double value, String unit, double must, double ambitious) {
        atMost(name, Figure.of(value), unit, must, ambitious);
    }

    /** As above, judged by the median of several rounds. */
    void atMost(String name, Figure value, String unit, double must, double ambitious) {
        boolean kept = value.median() <= must;
        judged(name, value + " " + unit, "<=", must, ambitious, kept, value.median() <= ambitious);
    }

    /** As {@link #atMost}, for what should be great. */
    void atLeast(String name, double value, String unit, double must, double ambitious) {
        atLeast(name, Figure.of(value), unit, must, ambitious);
    }

    /** As above, judged by the median of several rounds. */
    void atLeast(String name, Figure value, String unit, double must, double ambitious) {
        boolean kept = value.median() >= must;
        judged(name, value + " " + unit, ">=", must, ambitious, kept, value.median() >= ambitious);
    }

    /** Something that is so or not. */
    void holds(String name, boolean holds, String value) {
        missed += holds ? 0 : 1;
        out.printf("  %-44s %-30s %s%n", name, value, holds ? "ok" : "MISSED");
    }

    int missed() {
        return missed;
    }

    private void judged(
            String name, String value, String sign, double must, double good, boolean kept, boolean isGood) {
        missed += kept ? 0 : 1;
        out.printf(
                "  %-44s %-30s %s %s (must %s %s, good %s %s)%n",
                name,
                value,
                kept ? "ok    " : "MISSED",
                isGood ? "good" : "    ",
                sign,
                Figure.number(must),
                sign,
                Figure.number(good));
    }
}
