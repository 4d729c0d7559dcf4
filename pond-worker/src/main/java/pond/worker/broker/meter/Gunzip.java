package pond.worker.broker.meter;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks gzip that comes in pieces. Trailers and further members are not looked at: what is unpacked here is only counted,
 * the bytes themselves go on as they are. For one thread; {@link #close} frees native memory.
 */
public final class Gunzip implements AutoCloseable {
    /** The two bytes that mark gzip, and its one way of packing. */
    private static final int[] MAGIC = {0x1F, 0x8B, 8};

    private static final int FIXED_HEADER = 10;
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int BUFFER = 8 * 1024;

    private final Output output;
    private final Inflater inflater = new Inflater(true);
    private final byte[] buffer = new byte[BUFFER];
    private int header;
    private int flags;
    private int extraSeen;
    private int extraLength;
    private boolean broken;

    /** Is given the unpacked bytes. */
    public interface Output {
        void piece(byte[] bytes, int from, int length);
    }

    public Gunzip(Output output) {
        this.output = output;
    }

    public void feed(byte[] bytes, int from, int length) {
        int at = from;
        int end = from + length;
        while (at < end && !broken && !headerDone()) {
            header(bytes[at++] & 0xFF);
        }
        if (at < end && !broken && !inflater.finished()) {
            inflater.setInput(bytes, at, end - at);
            inflate();
        }
    }

    /** Whether the input was no gzip; nothing is unpacked from there on. */
    public boolean broken() {
        return broken;
    }

    @Override
    public void close() {
        inflater.end();
    }

    private void inflate() {
        try {
            int count = inflater.inflate(buffer);
            while (count > 0) {
                output.piece(buffer, 0, count);
                count = inflater.inflate(buffer);
            }
        } catch (DataFormatException e) {
            broken = true;
        }
    }

    private boolean headerDone() {
        return header >= FIXED_HEADER && flags == 0;
    }

    private void header(int c) {
        if (header < FIXED_HEADER) {
            broken = header < MAGIC.length && c != MAGIC[header];
            if (header == 3) {
                flags = c & (HEADER_CRC | EXTRA | NAME | COMMENT);
            }
            header++;
        } else if ((flags & EXTRA) != 0) {
            extra(c);
        } else if ((flags & (NAME | COMMENT)) != 0) {
            // Two texts in this order, each ended by a zero byte.
            if (c == 0) {
                flags &= (flags & NAME) != 0 ? ~NAME : ~COMMENT;
            }
        } else {
            header++;
            if (header == FIXED_HEADER + HEADER_CRC) {
                flags = 0;
            }
        }
    }

    private void extra(int c) {
        if (extraSeen == 0) {
            extraLength = c;
        } else if (extraSeen == 1) {
            extraLength |= c << 8;
        }
        extraSeen++;
        if (extraSeen >= 2 && extraSeen == extraLength + 2) {
            flags &= ~EXTRA;
        }
    }
}
