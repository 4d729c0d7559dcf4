package pond.worker.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Masks one stream of bytes, however it is cut. Each byte that is part of any pattern's occurrence goes; what goes in one
 * piece, be it two occurrences that overlap, becomes one mask. The end of what has come is held back as long as it begins
 * a pattern, and no byte before that: a finished line waits for the next one only if a pattern can go across. For one
 * thread; memory is a chunk and the longest pattern.
 */
final class Masker {
    private static final byte[] MASK = Secrets.MASK.getBytes(StandardCharsets.US_ASCII);

    private final PatternTree patterns;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int node = PatternTree.ROOT;
    private long places;
    /** What has come and is not decided yet; positions below count from its start. */
    private byte[] held = new byte[1024];

    private int length;
    /** Pieces of it that are to go, in order, without overlap or touch. */
    private int[] starts = new int[16];

    private int[] ends = new int[16];
    private int pieces;
    /** Whether the byte before {@link #held} went. */
    private boolean masking;

    Masker(PatternTree patterns) {
        this.patterns = patterns;
    }

    void accept(byte[] bytes) {
        accept(bytes, 0, bytes.length);
    }

    void accept(byte[] bytes, int offset, int count) {
        if (held.length < length + count) {
            held = Arrays.copyOf(held, Math.max(2 * held.length, length + count));
        }
        System.arraycopy(bytes, offset, held, length, count);
        int now = node;
        for (int end = length + 1; end <= length + count; end++) {
            now = patterns.next(now, held[end - 1] & 0xFF);
            if (patterns.match(now) > 0) {
                cover(end - patterns.match(now), end);
            }
        }
        node = now;
        length += count;
        release(length - patterns.depth(now));
    }

    /** Lets go of what is held; nothing comes after it. */
    void finish() {
        release(length);
        node = PatternTree.ROOT;
    }

    /** What has been decided since the last time. */
    byte[] take() {
        byte[] decided = out.toByteArray();
        out.reset();
        return decided;
    }

    /** Pieces that were masked so far. */
    long places() {
        return places;
    }

    /** The new piece ends after all others: it can swallow the last ones, and never lies before them. */
    private void cover(int from, int end) {
        int start = from;
        while (pieces > 0 && ends[pieces - 1] >= start) {
            pieces--;
            start = Math.min(start, starts[pieces]);
        }
        if (pieces == starts.length) {
            starts = Arrays.copyOf(starts, 2 * pieces);
            ends = Arrays.copyOf(ends, 2 * pieces);
        }
        starts[pieces] = start;
        ends[pieces++] = end;
    }

    private void release(int decided) {
        int at = 0;
        int open = 0;
        for (int i = 0; i < pieces; i++) {
            plain(at, Math.min(starts[i], decided));
            if (starts[i] < decided) {
                mask();
            }
            at = Math.min(ends[i], decided);
            if (ends[i] > decided) {
                starts[open] = Math.max(starts[i], decided) - decided;
                ends[open++] = ends[i] - decided;
            }
        }
        plain(at, decided);
        pieces = open;
        length -= decided;
        System.arraycopy(held, decided, held, 0, length);
    }

    private void plain(int from, int to) {
        if (from < to) {
            out.write(held, from, to - from);
            masking = false;
        }
    }

    private void mask() {
        if (!masking) {
            out.write(MASK, 0, MASK.length);
            places++;
            masking = true;
        }
    }
}
