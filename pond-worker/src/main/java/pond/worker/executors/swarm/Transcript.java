package pond.worker.executors.swarm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** What an agent printed on standard output: all of it up to a bound, past that its last part. Threads may share it. */
public final class Transcript {
    /** Most bytes that are kept. */
    public static final int MAX_BYTES = 16 << 20;

    private final int most;
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private long kept;
    private boolean cut;

    public Transcript() {
        this(MAX_BYTES);
    }

    Transcript(int most) {
        this.most = most;
    }

    /** Takes a copy of these bytes. */
    public synchronized void add(byte[] buffer, int from, int count) {
        pieces.add(Arrays.copyOfRange(buffer, from, from + count));
        kept += count;
        while (kept > most) {
            byte[] first = pieces.remove();
            int surplus = (int) Math.min(first.length, kept - most);
            kept -= surplus;
            cut = true;
            if (surplus < first.length) {
                pieces.addFirst(Arrays.copyOfRange(first, surplus, first.length));
            }
        }
    }

    /** Whether nothing was printed. */
    public synchronized boolean isEmpty() {
        return kept == 0;
    }

    /** Whether something was printed before what is kept. */
    public synchronized boolean cut() {
        return cut;
    }

    /** What is kept, as UTF-8. */
    public synchronized String text() {
        ByteArrayOutputStream all = new ByteArrayOutputStream((int) kept);
        pieces.forEach(all::writeBytes);
        return all.toString(StandardCharsets.UTF_8);
    }
}
