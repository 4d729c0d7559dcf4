package pond.server.soak;

import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What was done, and what was not as it should be. Safe for use by several threads. */
final class Ledger {
    private static final int TOLD = 50;

    private final Map<String, LongAdder> done = new ConcurrentHashMap<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final AtomicLong count = new AtomicLong();

    /** One more of these. */
    void did(String what) {
        did(what, 1);
    }

    void did(String what, long times) {
        done.computeIfAbsent(what, key -> new LongAdder()).add(times);
    }

    long times(String what) {
        LongAdder times = done.get(what);
        return times == null ? 0 : times.sum();
    }

    /** Something that must not be; the first of them are kept word for word. */
    void broke(String what) {
        if (count.getAndIncrement() < TOLD) {
            broken.add(what);
            System.err.println("soak: " + what);
        }
    }

    long broken() {
        return count.get();
    }

    @Override
    public String toString() {
        return new TreeMap<>(done).toString();
    }
}
