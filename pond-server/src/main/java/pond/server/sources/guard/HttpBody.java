package pond.server.sources.guard;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.Objects;
import pond.server.sources.guard.SourceException.Code;

/**
 * A body in one of HTTP's three framings. Every failure of a read is a {@link SourceException}; the connection closes at
 * the end by itself.
 */
abstract sealed class HttpBody extends InputStream {
    private final InputStream in;
    private final Connection connection;

    private HttpBody(InputStream in, Connection connection) {
        this.in = in;
        this.connection = connection;
    }

    /** How many bytes may be read next, at most {@code wanted}, which is positive; 0 at the end. */
    abstract int next(InputStream in, int wanted) throws IOException;

    /** Told how many bytes came; -1 is the end of the connection. */
    abstract void came(int count) throws IOException;

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length == 0) {
            return 0;
        }
        connection.scope().check();
        try {
            int allowed = next(in, length);
            int count = allowed == 0 ? -1 : in.read(buffer, offset, allowed);
            if (allowed != 0) {
                came(count);
            }
            if (count < 0) {
                connection.close();
            }
            return count;
        } catch (IOException e) {
            throw connection.scope().reason(e, Code.SOURCE_UNREACHABLE, "the transfer broke off");
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public void close() {
        connection.close();
    }

    /** Reads to the end of a line; at most {@code limit} bytes. */
    static String line(InputStream in, int limit) throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("in a line");
            }
            if (line.length() >= limit) {
                throw new ProtocolException("line or head too long");
            }
            line.append((char) b);
        }
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
    }

    /** Content-Length. */
    static final class Sized extends HttpBody {
        private long left;

        Sized(InputStream in, long length, Connection connection) {
            super(in, connection);
            this.left = length;
        }

        @Override
        int next(InputStream in, int wanted) {
            return (int) Math.min(left, wanted);
        }

        @Override
        void came(int count) throws IOException {
            if (count < 0) {
                throw new EOFException("before the announced length");
            }
            left -= count;
        }
    }

    /** Transfer-Encoding: chunked, RFC 9112, section 7.1. */
    static final class Chunked extends HttpBody {
        private static final int MAX_LINE = 4096;
        private static final int MAX_TRAILERS = 100;

        private long left;
        private boolean first = true;
        private boolean done;

        Chunked(InputStream in, Connection connection) {
            super(in, connection);
        }

        @Override
        int next(InputStream in, int wanted) throws IOException {
            if (left == 0 && !done) {
                if (!first && !line(in, MAX_LINE).isEmpty()) {
                    throw new ProtocolException("chunk end");
                }
                first = false;
                left = size(line(in, MAX_LINE));
                done = left == 0;
                for (int i = 0; done && !line(in, MAX_LINE).isEmpty(); i++) {
                    if (i >= MAX_TRAILERS) {
                        throw new ProtocolException("trailers");
                    }
                }
            }
            return (int) Math.min(left, wanted);
        }

        private static long size(String line) throws ProtocolException {
            String digits = line.split(";", 2)[0].strip();
            if (!digits.matches("[0-9a-fA-F]{1,15}")) {
                throw new ProtocolException("chunk size");
            }
            return Long.parseLong(digits, 16);
        }

        @Override
        void came(int count) throws IOException {
            if (count < 0) {
                throw new EOFException("inside a chunk");
            }
            left -= count;
        }
    }

    /** Neither: the body ends with the connection, and a cut cannot be told from the end. */
    static final class UntilClose extends HttpBody {

        UntilClose(InputStream in, Connection connection) {
            super(in, connection);
        }

        @Override
        int next(InputStream in, int wanted) {
            return wanted;
        }

        @Override
        void came(int count) {
            // Both data and the end of the connection are as they should be.
        }
    }
}
