package pond.server.telemetry;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds an attribute whose values callers choose: the first so many that come stand as they are, all others are {@link
 * #OTHER}. Safe for use by several threads.
 */
final class Names {
    static final String OTHER = "_other";
    private static final int MAX_LENGTH = 128;

    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final int most;

    Names(int most) {
        this.most = most;
    }

    String bounded(String name) {
        if (known.contains(name)) {
            return name;
        }
        // Two that come at once may both find room: a few too many do no harm.
        if (name.length() > MAX_LENGTH || known.size() >= most) {
            return OTHER;
        }
        known.add(name);
        return name;
    }
}
