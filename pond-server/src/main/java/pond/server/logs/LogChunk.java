package pond.server.logs;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import pond.common.api.LogStream;
import pond.common.protocol.LogBatch.Line;

/**
 * Neighbouring lines of one job, in the form in which they are stored. For each line:
 *
 * <pre>
 *   varint   milliseconds since the line before it (the first: since 1970), zigzag: clocks may step back
 *   varint   length of the text in bytes * 4 + stream (0 stdout, 1 stderr, 2 system)
 *   bytes    the text in UTF-8
 * </pre>
 *
 * A varint has seven bits a byte, lowest first, the top bit set on all but the last byte; zigzag maps 0, -1, 1, -2 to 0,
 * 1, 2, 3 (both as in <a href="https://protobuf.dev/programming-guides/encoding/">Protocol Buffers</a>). Times lose what
 * is below a millisecond and stay between the years 1970 and 9999, which is what an answer can show. Pure.
 */
final class LogChunk {
    /** A chunk grows to this many bytes; a longer line is a chunk of its own. */
    static final int MAX_BYTES = 64 * 1024;

    private static final long LAST_MILLI =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private final int lineCount;
    private final byte[] data;

    private LogChunk(int lineCount, byte[] data) {
        this.lineCount = lineCount;
        this.data = data;
    }

    int lineCount() {
        return lineCount;
    }

    byte[] data() {
        return data;
    }

    /** As few chunks as the limit allows, in the order of the lines; none for no lines. */
    static List<LogChunk> encode(List<Line> lines) {
        List<LogChunk> chunks = new ArrayList<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int count = 0;
        long before = 0;
        for (Line line : lines) {
            byte[] text = line.text().getBytes(StandardCharsets.UTF_8);
            if (count > 0 && out.size() + text.length > MAX_BYTES - 2 * MAX_VARINT) {
                chunks.add(new LogChunk(count, out.toByteArray()));
                out.reset();
                count = 0;
                before = 0;
            }
            long at = milli(line.at());
            long delta = at - before;
            writeVarint(out, (delta << 1) ^ (delta >> 63));
            writeVarint(out, ((long) text.length << 2) | code(line.stream()));
            out.writeBytes(text);
            before = at;
            count++;
        }
        if (count > 0) {
            chunks.add(new LogChunk(count, out.toByteArray()));
        }
        return chunks;
    }

    /** The lines of one chunk's bytes, as {@link #encode} wrote them. */
    static List<Line> decode(byte[] data) {
        List<Line> lines = new ArrayList<>();
        Reader in = new Reader(data);
        long at = 0;
        while (in.position < data.length) {
            long zigzag = in.varint();
            at += (zigzag >>> 1) ^ -(zigzag & 1);
            long head = in.varint();
            lines.add(new Line(Instant.ofEpochMilli(at), stream((int) head & 3), in.text((int) (head >>> 2))));
        }
        return lines;
    }

    private static final int MAX_VARINT = 10;

    private static long milli(Instant at) {
        if (at.getEpochSecond() < 0) {
            return 0;
        }
        return at.getEpochSecond() > LAST_MILLI / 1000 ? LAST_MILLI : at.toEpochMilli();
    }

    private static void writeVarint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static int code(LogStream stream) {
        return switch (stream) {
            case STDOUT -> 0;
            case STDERR -> 1;
            case SYSTEM -> 2;
        };
    }

    private static LogStream stream(int code) {
        return switch (code) {
            case 0 -> LogStream.STDOUT;
            case 1 -> LogStream.STDERR;
            case 2 -> LogStream.SYSTEM;
            default -> throw new IllegalStateException("no log stream has the code " + code);
        };
    }

    private static final class Reader {
        private final byte[] data;
        private int position;

        Reader(byte[] data) {
            this.data = data;
        }

        long varint() {
            long value = 0;
            int shift = 0;
            byte next;
            do {
                next = data[position++];
                value |= (long) (next & 0x7F) << shift;
                shift += 7;
            } while (next < 0);
            return value;
        }

        String text(int length) {
            String text = new String(data, position, length, StandardCharsets.UTF_8);
            position += length;
            return text;
        }
    }
}
