package pond.worker.broker.http;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/**
 * A message's body as it comes, without its framing. A read gives what is at hand and waits only when that is nothing. A
 * body that ends before its end is an {@link EOFException}. For one thread.
 */
public final class Body {
    private static final int MAX_CHUNK_LINE = 1024;
    private static final int MAX_TRAILERS = 8 * 1024;
    private static final int MAX_DIGITS = 15;

    private final ByteSource in;
    private final Kind kind;
    private final OptionalLong length;
    /** Bytes to come in this body, or in this chunk. */
    private long left;

    private boolean firstChunk = true;
    private boolean ended;

    private enum Kind {
        COUNTED,
        CHUNKED,
        TO_THE_END
    }

    private Body(ByteSource in, Kind kind, long left) {
        this.in = in;
        this.kind = kind;
        this.left = left;
        this.length = kind == Kind.COUNTED ? OptionalLong.of(left) : OptionalLong.empty();
        this.ended = kind == Kind.COUNTED && left == 0;
    }

    /** A request's body: none unless the head says so. */
    public static Body ofRequest(Headers headers, ByteSource in) throws HttpProblem {
        return of(headers, in, 400, new Body(in, Kind.COUNTED, 0));
    }

    /** A response's body: up to the end of the connection unless the head says otherwise. */
    public static Body ofResponse(ResponseHead head, ByteSource in) throws HttpProblem {
        if (head.status() == 204 || head.status() == 304) {
            return new Body(in, Kind.COUNTED, 0);
        }
        return of(head.headers(), in, 502, new Body(in, Kind.TO_THE_END, 0));
    }

    private static Body of(Headers headers, ByteSource in, int status, Body otherwise) throws HttpProblem {
        List<String> codings = headers.all("transfer-encoding");
        List<String> lengths = headers.all("content-length");
        if (!codings.isEmpty() && !lengths.isEmpty()) {
            throw new HttpProblem(status, "both Content-Length and Transfer-Encoding");
        }
        if (codings.size() > 1 || lengths.size() > 1) {
            throw new HttpProblem(status, "the length of the body is given twice");
        }
        if (codings.size() == 1) {
            if (!codings.get(0).equalsIgnoreCase("chunked")) {
                throw new HttpProblem(status == 400 ? 501 : status, "a transfer coding other than chunked");
            }
            return new Body(in, Kind.CHUNKED, 0);
        }
        if (lengths.size() == 1) {
            String digits = lengths.get(0);
            if (digits.isEmpty()
                    || digits.length() > MAX_DIGITS
                    || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw new HttpProblem(status, "Content-Length is not a number");
            }
            return new Body(in, Kind.COUNTED, Long.parseLong(digits));
        }
        return otherwise;
    }

    /** The number of bytes, where the head told it. */
    public OptionalLong length() {
        return length;
    }

    /** Whether all of it has been read. */
    public boolean ended() {
        return ended;
    }

    /** Whether the end of the connection is the end of the body. */
    public boolean endsConnection() {
        return kind == Kind.TO_THE_END;
    }

    /**
     * Bytes of the body, at least one, of one chunk at most: looking for the next chunk could wait, while what is at hand
     * could not be passed on. -1 at the end.
     */
    public int read(byte[] bytes) throws IOException {
        if (ended || (kind == Kind.CHUNKED && left == 0 && !nextChunk())) {
            return -1;
        }
        int most = kind == Kind.TO_THE_END ? bytes.length : (int) Math.min(bytes.length, left);
        int count = in.read(bytes, 0, most);
        if (count < 0) {
            end();
            return -1;
        }
        left -= kind == Kind.TO_THE_END ? 0 : count;
        ended = kind == Kind.COUNTED && left == 0;
        return count;
    }

    private void end() throws EOFException {
        if (kind != Kind.TO_THE_END) {
            throw new EOFException("the connection ended inside a body");
        }
        ended = true;
    }

    /** Reads the line before a chunk, and all that follows the last one. */
    private boolean nextChunk() throws IOException {
        if (!firstChunk && (in.next() != '\r' || in.next() != '\n')) {
            throw new HttpProblem(400, "a chunk does not end where it says");
        }
        firstChunk = false;
        String line = HeadReader.line(in, new int[] {MAX_CHUNK_LINE});
        int end = line.indexOf(';');
        String digits = (end < 0 ? line : line.substring(0, end)).strip();
        if (!digits.matches("[0-9A-Fa-f]{1,12}")) {
            throw new HttpProblem(400, "the length of a chunk is not a number");
        }
        left = Long.parseLong(digits, 16);
        if (left == 0) {
            int[] trailers = {MAX_TRAILERS};
            String trailer = HeadReader.line(in, trailers);
            while (!trailer.isEmpty()) {
                trailer = HeadReader.line(in, trailers);
            }
            ended = true;
        }
        return left > 0;
    }
}
