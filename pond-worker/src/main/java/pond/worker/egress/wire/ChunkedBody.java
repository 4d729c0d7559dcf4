package pond.worker.egress.wire;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;
import pond.worker.egress.splice.Filter;

/**
 * A body in chunks (RFC 9112, 7.1), read strictly and written anew, so that the server cannot see another end of it
 * than we do. Chunk extensions are refused, since no client needs them; trailers are read and dropped.
 */
final class ChunkedBody implements Filter {
    private static final Pattern SIZE = Pattern.compile("[0-9a-fA-F]{1,15}");
    private static final Pattern TRAILER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\\t\\x20-\\x7e\\x80-\\xff]*");
    private static final int MAX_LINE = 1024;
    private static final int MAX_TRAILERS = 32;

    /** Room for a size line, or for the end of a chunk. */
    private static final int ROOM = 32;

    private enum State {
        SIZE,
        DATA,
        DATA_END,
        TRAILER,
        ENDED
    }

    private final String subject;
    private State state = State.SIZE;
    private long left;
    private int trailers;

    ChunkedBody(String subject) {
        this.subject = subject;
    }

    @Override
    public void move(ByteBuffer from, ByteBuffer to) throws Denied {
        boolean moved = true;
        while (moved && state != State.ENDED && to.remaining() >= ROOM) {
            moved = state == State.DATA ? data(from, to) : line(from, to);
        }
    }

    @Override
    public boolean ended() {
        return state == State.ENDED;
    }

    private boolean data(ByteBuffer from, ByteBuffer to) {
        int count = Filter.transfer(from, to, left);
        left -= count;
        if (left == 0) {
            state = State.DATA_END;
        }
        return count > 0;
    }

    private boolean line(ByteBuffer from, ByteBuffer to) throws Denied {
        Optional<String> line = takeLine(from);
        if (line.isEmpty()) {
            return false;
        }
        String text = line.get();
        switch (state) {
            case SIZE -> size(text, to);
            case DATA_END -> {
                require(text.isEmpty());
                put("\r\n", to);
                state = State.SIZE;
            }
            case TRAILER -> {
                if (text.isEmpty()) {
                    put("\r\n", to);
                    state = State.ENDED;
                } else {
                    require(TRAILER.matcher(text).matches() && ++trailers <= MAX_TRAILERS);
                }
            }
            case DATA, ENDED -> throw new IllegalStateException("no line is due: " + state);
        }
        return true;
    }

    private void size(String text, ByteBuffer to) throws Denied {
        require(SIZE.matcher(text).matches());
        left = Long.parseLong(text, 16);
        put(Long.toHexString(left) + "\r\n", to);
        state = left == 0 ? State.TRAILER : State.DATA;
    }

    /** The next whole line without its end, when it is there. */
    private Optional<String> takeLine(ByteBuffer from) throws Denied {
        for (int i = from.position(); i < from.limit(); i++) {
            if (from.get(i) == '\n') {
                require(i > from.position() && from.get(i - 1) == '\r');
                StringBuilder line = new StringBuilder();
                while (from.position() < i - 1) {
                    line.append((char) (from.get() & 0xff));
                }
                from.position(i + 1);
                return Optional.of(line.toString());
            }
            require(i - from.position() < MAX_LINE);
        }
        return Optional.empty();
    }

    private static void put(String text, ByteBuffer to) {
        to.put(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    private void require(boolean holds) throws Denied {
        if (!holds) {
            throw Denied.malformed(subject, "a bad chunk in the body");
        }
    }
}
