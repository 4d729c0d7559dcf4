package pond.worker.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.protocol.LogBatch.Line;

/**
 * Lines that wait to be shipped, first in first out, in bounded memory: what does not fit waits in a file, which is made
 * when it is first needed and emptied when all of it was taken. Not for use by several threads.
 */
final class Spool {
    /** Memory for waiting lines, in bytes; a stage that prints no faster than the server stores never leaves it. */
    private static final int MEMORY = 512 * 1024;

    private static final int BUFFER = 128 * 1024;
    /** What a line costs beside its text: its objects in memory, more than its header in the file. */
    private static final int OVERHEAD = 96;

    private static final int HEADER = Integer.BYTES + 1 + Long.BYTES;

    private final Place place;
    private final ArrayDeque<Line> front = new ArrayDeque<>();
    private long frontBytes;
    private @Nullable FileChannel file;
    private ByteBuffer unwritten = ByteBuffer.allocate(0);
    private long written;
    private long read;
    private long inFile;
    private boolean fileFailed;

    Spool(Place place) {
        this.place = place;
    }

    /** Says where the file is to be, when it is first needed. */
    interface Place {
        Path file() throws IOException;
    }

    /** @throws IOException when the disk does not take it; the line is not in the spool then */
    void add(Line line) throws IOException {
        if (inFile == 0 && (fileFailed || frontBytes + cost(line) <= MEMORY)) {
            front.add(line);
            frontBytes += cost(line);
        } else {
            write(line);
            inFile++;
        }
    }

    /** The next lines, at least one unless there is none. */
    List<Line> take(int maxLines, int maxBytes) throws IOException {
        List<Line> taken = new ArrayList<>();
        int bytes = 0;
        while (taken.size() < maxLines) {
            if (front.isEmpty() && inFile > 0) {
                refill();
            }
            Line next = front.peek();
            if (next == null || (bytes > 0 && bytes + next.text().length() > maxBytes)) {
                break;
            }
            front.remove();
            frontBytes -= cost(next);
            bytes += next.text().length() + 1;
            taken.add(next);
        }
        return taken;
    }

    boolean isEmpty() {
        return front.isEmpty() && inFile == 0;
    }

    /** Whether there is at least as much as said. */
    boolean holds(int lines, int bytes) {
        return inFile > 0 || front.size() >= lines || frontBytes - (long) front.size() * OVERHEAD >= bytes;
    }

    /**
     * Forgets what is in the file, after it failed; returns how many lines that were. What is added after that stays in
     * memory, so let it be little.
     */
    long abandonFile() {
        fileFailed = true;
        long forgotten = inFile;
        inFile = 0;
        unwritten.clear();
        return forgotten;
    }

    /** Lets go of the file; deleting it is for whoever owns the folder. */
    void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    private static long cost(Line line) {
        return (long) line.text().length() + OVERHEAD;
    }

    private void write(Line line) throws IOException {
        if (file == null) {
            file = FileChannel.open(
                    place.file(), StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            unwritten = ByteBuffer.allocate(BUFFER);
        }
        byte[] text = line.text().getBytes(StandardCharsets.UTF_8);
        if (unwritten.remaining() < HEADER + text.length) {
            flush(file);
        }
        unwritten
                .putInt(text.length)
                .put(mark(line.stream()))
                .putLong(line.at().toEpochMilli())
                .put(text);
    }

    private void flush(FileChannel to) throws IOException {
        unwritten.flip();
        while (unwritten.hasRemaining()) {
            written += to.write(unwritten, written);
        }
        unwritten.clear();
    }

    private void refill() throws IOException {
        FileChannel from = Objects.requireNonNull(file);
        if (read == written) {
            flush(from);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(BUFFER, written - read));
        for (int count = 0; bytes.hasRemaining() && count >= 0; ) {
            count = from.read(bytes, read + bytes.position());
        }
        bytes.flip();
        while (bytes.remaining() >= HEADER && bytes.remaining() >= HEADER + bytes.getInt(bytes.position())) {
            Line line = line(bytes);
            front.add(line);
            frontBytes += cost(line);
            inFile--;
        }
        if (bytes.position() == 0) {
            throw new IOException("the spool file ends in the middle of a line");
        }
        read += bytes.position();
        if (inFile == 0) {
            from.truncate(0);
            read = 0;
            written = 0;
        }
    }

    private static Line line(ByteBuffer bytes) throws IOException {
        byte[] text = new byte[bytes.getInt()];
        LogStream stream = stream(bytes.get());
        Instant at = Instant.ofEpochMilli(bytes.getLong());
        bytes.get(text);
        return new Line(at, stream, new String(text, StandardCharsets.UTF_8));
    }

    private static byte mark(LogStream stream) {
        return switch (stream) {
            case STDOUT -> 'o';
            case STDERR -> 'e';
            case SYSTEM -> 's';
        };
    }

    private static LogStream stream(byte mark) throws IOException {
        return switch (mark) {
            case 'o' -> LogStream.STDOUT;
            case 'e' -> LogStream.STDERR;
            case 's' -> LogStream.SYSTEM;
            default -> throw new IOException("the spool file holds something else than lines");
        };
    }
}
