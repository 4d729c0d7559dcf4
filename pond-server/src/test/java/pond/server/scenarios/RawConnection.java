package pond.server.scenarios;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A connection on which anything may be sent, one character a byte. For one thread. */
final class RawConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 90_000;
    /** As little as the system lets it be: what is not read soon holds up who writes. */
    private static final int WINDOW = 4_096;

    private final Socket socket = new Socket();

    RawConnection(URI server) throws IOException {
        socket.setReceiveBufferSize(WINDOW);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
    }

    /** Sends this and returns all that comes until the server closes. */
    static String exchange(URI server, String bytes) throws IOException {
        try (RawConnection connection = new RawConnection(server)) {
            connection.offer(bytes);
            return connection.rest();
        }
    }

    /** Sends what the server takes; false when it has closed the connection. */
    boolean offer(String bytes) {
        try {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What comes until the server closes; a reset is such an end. */
    private String rest() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = new byte[8_192];
        try {
            for (int count = socket.getInputStream().read(some); count >= 0; ) {
                all.write(some, 0, count);
                count = socket.getInputStream().read(some);
            }
        } catch (SocketTimeoutException e) {
            throw new IOException("the server neither answers nor closes; so far: " + all, e);
        } catch (SocketException e) {
            return all.toString(StandardCharsets.ISO_8859_1);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
