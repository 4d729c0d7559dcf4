package pond.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One follower of a run's events, on a socket of its own and as thin as can be: what is tested is what the server sends,
 * not what a library makes of it. For one thread.
 */
public final class TestEvents implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;
    private final int status;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final boolean chunked;
    private long left;
    private int chunks;

    /** An event, or what stands between events: its name is then {@code comment} or {@code retry}, its id empty. */
    public record Event(String id, String name, String data) {}

    private TestEvents(URI server, String path, List<String> more) throws IOException {
        socket = new Socket(server.getHost(), server.getPort());
        socket.setSoTimeout(DEADLINE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        String request = "GET " + path + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\n"
                + String.join("", more.stream().map(line -> line + "\r\n").toList()) + "\r\n";
        socket.getOutputStream().write(request.getBytes(UTF_8));
        status = Integer.parseInt(wireLine().split(" ", 3)[1]);
        for (String line = wireLine(); !line.isEmpty(); line = wireLine()) {
            String[] parts = line.split(":", 2);
            headers.put(parts[0], parts[1].strip());
        }
        chunked = headers.getOrDefault("Transfer-Encoding", "").equals("chunked");
        left = chunked ? 0 : Long.parseLong(headers.getOrDefault("Content-Length", Long.toString(Long.MAX_VALUE)));
    }

    /** Asks for a path; {@code headers} are whole lines, such as {@code Last-Event-ID: 7-1203}. */
    public static TestEvents open(URI server, String path, String... headers) {
        try {
            return new TestEvents(server, path, List.of(headers));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int status() {
        return status;
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The next event, comment or retry; empty when the server has ended the answer in good order. */
    public Optional<Event> next() {
        String id = "";
        String name = "";
        String data = "";
        try {
            for (Optional<String> line = line(); line.isPresent(); line = line()) {
                String text = line.get();
                if (text.isEmpty()) {
                    return Optional.of(new Event(id, name, data));
                }
                String[] parts = text.split(": ?", 2);
                switch (parts[0]) {
                    case "id" -> id = parts[1];
                    case "event" -> name = parts[1];
                    case "data" -> data = parts[1];
                    case "" -> name = "comment";
                    case "retry" -> name = "retry";
                    default -> throw new AssertionError("not a line of an event stream: " + text);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!name.isEmpty()) {
            throw new AssertionError("the stream ends in the middle of an event");
        }
        return Optional.empty();
    }

    /** The next event of that name; those before it are passed over. */
    public Event next(String name) {
        Event event;
        do {
            event = next().orElseThrow(() -> new AssertionError("the stream has ended without a '" + name + "'"));
        } while (!event.name().equals(name));
        return event;
    }

    /** All that is left until the server ends the answer, without comments and retries. */
    public List<Event> rest() {
        List<Event> all = new ArrayList<>();
        for (Optional<Event> event = next(); event.isPresent(); event = next()) {
            if (!event.get().id().isEmpty()) {
                all.add(event.get());
            }
        }
        return all;
    }

    /** Hangs up. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<String> line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int one = body(); one != '\n'; one = body()) {
            if (one < 0) {
                return Optional.empty();
            }
            line.write(one);
        }
        return Optional.of(line.toString(UTF_8));
    }

    private int body() throws IOException {
        if (chunked && left == 0) {
            // The end of a chunk's line comes with the next chunk: waiting for it earlier would be waiting for that.
            if (chunks++ > 0) {
                wireLine();
            }
            left = Long.parseLong(wireLine(), 16);
            if (left == 0) {
                wireLine();
                left = -1;
            }
        }
        if (left <= 0) {
            return -1;
        }
        int one = in.read();
        left--;
        if (chunked && one < 0) {
            throw new EOFException("the connection was cut");
        }
        return one;
    }

    private String wireLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int one = in.read(); one != '\n'; one = in.read()) {
            if (one < 0) {
                throw new EOFException("the connection was cut");
            }
            if (one != '\r') {
                line.append((char) one);
            }
        }
        return line.toString();
    }
}
