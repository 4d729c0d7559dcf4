package pond.server.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.Locale;
import pond.common.json.Json;

/**
 * One HTTP/1.1 connection, as thin as can be: a client library's own work would be measured along, on the same cores.
 * For one thread.
 */
final class Wire implements AutoCloseable {
    private static final int READ_MILLIS = 75_000;

    private final Socket socket;
    private final InputStream in;
    private final String headers;

    /** The server has answered, and with a refusal. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    Wire(URI server, String token) throws IOException {
        this(server, token, "");
    }

    /** @param more headers for every request, each with its line end */
    Wire(URI server, String token, String more) throws IOException {
        socket = new Socket(server.getHost(), server.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_MILLIS);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        headers = " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nAuthorization: Bearer " + token + "\r\n" + more;
    }

    JsonNode get(String path) throws IOException {
        return Json.readTree(new String(bytes(path), UTF_8));
    }

    byte[] bytes(String path) throws IOException {
        return exchange("GET " + path + headers + "\r\n");
    }

    /** What the server answers; null as JSON when it answers nothing. */
    JsonNode post(String path, String body) throws IOException {
        String request = "POST " + path + headers + "Content-Type: application/json\r\nContent-Length: "
                + body.getBytes(UTF_8).length + "\r\n\r\n" + body;
        byte[] answer = exchange(request);
        return Json.readTree(answer.length == 0 ? "null" : new String(answer, UTF_8));
    }

    private byte[] exchange(String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(UTF_8));
        String status = line();
        int length = 0;
        boolean chunked = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        lower.substring("content-length:".length()).strip());
            }
            chunked |= lower.startsWith("transfer-encoding: chunked");
        }
        byte[] body = chunked ? chunks() : in.readNBytes(length);
        if (!status.startsWith("HTTP/1.1 2")) {
            throw new Refused(request.lines().findFirst().orElse("") + ": " + status + " " + new String(body, UTF_8));
        }
        return body;
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(1 << 16);
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.write(in.readNBytes(size));
            line();
        }
        line();
        return body.toByteArray();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int one = in.read(); one != '\n'; one = in.read()) {
            if (one < 0) {
                throw new EOFException("the server has closed the connection");
            }
            if (one != '\r') {
                line.append((char) one);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
