package pond.worker.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import pond.worker.broker.http.Body;
import pond.worker.broker.http.ByteSource;
import pond.worker.broker.http.Headers;
import pond.worker.broker.http.Watch;

/** One connection out of the sandbox. For one thread, but for {@link #close}. */
final class ClientConnection implements AutoCloseable {
    private static final Duration DISCARD_TIME = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIME = Duration.ofSeconds(30);
    private static final String SERVER = "Server: pond-broker\r\n";

    private final SocketChannel channel;
    private final Watch.Guard guard;
    private final Runnable alive;
    private final ByteSource in = new ByteSource(this::receive);

    /** @param alive told of every piece that is read or written */
    ClientConnection(SocketChannel channel, Watch watch, Runnable alive) {
        this.channel = channel;
        this.alive = alive;
        this.guard = watch.guard(channel);
    }

    ByteSource in() {
        return in;
    }

    Watch.Guard guard() {
        return guard;
    }

    /** Waits while the client takes nothing, as long as the guard allows. */
    void write(byte[] bytes, int from, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
                alive.run();
            }
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }

    void writeHead(int status, List<Headers.Field> fields, String framing) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(phrase(status))
                .append("\r\n");
        head.append(SERVER);
        fields.forEach(field ->
                head.append(field.name()).append(": ").append(field.value()).append("\r\n"));
        byte[] bytes = head.append(framing).append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        write(bytes, 0, bytes.length);
    }

    /** Answers with a whole body. */
    void answer(Answer answer, boolean keep, boolean withBody) throws IOException {
        guard.within(ANSWER_TIME);
        byte[] body = answer.body();
        String framing = "Content-Length: " + body.length + (keep ? "" : "\r\nConnection: close");
        writeHead(answer.status(), answer.fields(), framing);
        if (withBody) {
            write(body, 0, body.length);
        }
    }

    /**
     * Reads what the client still sends, within bounds, before the connection is closed: closing on unread bytes would make
     * the client's side drop the answer that says why.
     */
    void discard(Body body, long most) throws IOException {
        guard.within(DISCARD_TIME);
        channel.shutdownOutput();
        byte[] buffer = new byte[8 * 1024];
        long left = most;
        int count = 0;
        while (count >= 0 && left > 0) {
            left -= count;
            count = body.read(buffer);
        }
    }

    @Override
    public void close() throws IOException {
        guard.close();
        channel.close();
    }

    private int receive(byte[] bytes, int from, int length) throws IOException {
        try {
            int count = channel.read(ByteBuffer.wrap(bytes, from, length));
            if (count > 0) {
                alive.run();
            }
            return count;
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }

    private static String phrase(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 402 -> "Payment Required";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 413 -> "Content Too Large";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 500 -> "Internal Server Error";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Status";
        };
    }
}
