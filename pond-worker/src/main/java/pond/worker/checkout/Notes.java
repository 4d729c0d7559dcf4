package pond.worker.checkout;

import java.util.ArrayList;
import java.util.List;

/** Lines for the run's log about what was left out; a flood of them becomes a number. For one thread. */
final class Notes {
    private static final int MAX_LINES = 100;
    private static final int MAX_NAME = 200;

    private final List<String> lines = new ArrayList<>();
    private long more;

    void add(String name, String why) {
        if (lines.size() < MAX_LINES) {
            lines.add("'" + shown(name) + "' " + why);
        } else {
            more++;
        }
    }

    List<String> lines() {
        List<String> all = new ArrayList<>(lines);
        if (more > 0) {
            all.add("and " + more + " more");
        }
        return List.copyOf(all);
    }

    /** A name that was chosen by someone else, short and without what could change a line. */
    static String shown(String name) {
        String cut = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) + "…" : name;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
