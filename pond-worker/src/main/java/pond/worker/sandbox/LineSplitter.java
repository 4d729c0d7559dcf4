package pond.worker.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Turns bytes into lines within a fixed buffer, whatever comes. A line ends at LF, one CR before it goes with it. A line
 * longer than {@link #MAX_LINE} bytes is cut there, or up to three bytes earlier so that no UTF-8 sequence is torn; a line
 * end right after a cut ends that piece and is not another, empty line. Invalid UTF-8 becomes U+FFFD, NUL stays. The
 * lines depend on the bytes alone, not on how they arrive. For one thread.
 */
final class LineSplitter {
    /** Longest line in bytes. */
    static final int MAX_LINE = 16 * 1024;

    private static final int BUFFER = 64 * 1024;

    private final Consumer<String> lines;
    private final Pieces pieces;
    private final byte[] buffer = new byte[BUFFER];
    private int length;
    private boolean afterCut;

    LineSplitter(Consumer<String> lines) {
        this(lines, (bytes, from, count) -> {});
    }

    /** @param pieces is shown what every read brought, before the lines that it completes */
    LineSplitter(Consumer<String> lines, Pieces pieces) {
        this.lines = lines;
        this.pieces = pieces;
    }

    /** Takes bytes that are valid during the call only. */
    interface Pieces {
        void take(byte[] buffer, int from, int count);
    }

    /** Reads once, delivers the lines that this completes, and returns the number of bytes read or -1 at the end. */
    int readFrom(InputStream in) throws IOException {
        int count = in.read(buffer, length, BUFFER - length);
        if (count > 0) {
            pieces.take(buffer, length, count);
            int scanFrom = length;
            length += count;
            split(scanFrom);
        }
        return count;
    }

    /** Delivers what stands after the last line end, if anything. */
    void finish() {
        if (length > 0) {
            deliver(0, length);
        }
        length = 0;
    }

    /** Leaves at most MAX_LINE bytes behind, so that the next read always has room. */
    private void split(int scanFrom) {
        int start = 0;
        for (int i = scanFrom; i < length; i++) {
            if (buffer[i] == '\n') {
                endLine(start, i);
                start = i + 1;
            } else if (i - start == MAX_LINE) {
                int cut = cutPosition(start, i);
                deliver(start, cut);
                afterCut = true;
                start = cut;
            }
        }
        length -= start;
        System.arraycopy(buffer, start, buffer, 0, length);
    }

    private void endLine(int start, int lineFeed) {
        int end = lineFeed > start && buffer[lineFeed - 1] == '\r' ? lineFeed - 1 : lineFeed;
        if (end > start || !afterCut) {
            deliver(start, end);
        }
        afterCut = false;
    }

    /** The last position up to {@code limit} that is not inside a UTF-8 sequence (RFC 3629: at most four bytes). */
    private int cutPosition(int start, int limit) {
        for (int lead = limit; lead > start && lead > limit - 4; lead--) {
            if ((buffer[lead] & 0xC0) != 0x80) {
                return lead + sequenceLength(buffer[lead]) > limit ? lead : limit;
            }
        }
        return limit;
    }

    private static int sequenceLength(byte lead) {
        int value = lead & 0xFF;
        return value >= 0xF0 ? 4 : value >= 0xE0 ? 3 : value >= 0xC0 ? 2 : 1;
    }

    private void deliver(int start, int end) {
        lines.accept(new String(buffer, start, end - start, StandardCharsets.UTF_8));
    }
}
