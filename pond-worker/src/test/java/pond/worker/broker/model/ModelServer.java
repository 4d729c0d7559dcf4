package pond.worker.broker.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import pond.common.json.Json;
import pond.worker.broker.http.Body;
import pond.worker.broker.http.ByteSource;
import pond.worker.broker.http.HeadReader;
import pond.worker.broker.http.RequestHead;
import pond.worker.broker.meter.Tokens;

/**
 * Answers model calls on loopback in all four wire formats. Each call takes the next turn of the script; without one it
 * behaves well: where the request offers a shell it calls that first, then it gives a result block.
 */
public final class ModelServer implements Closeable {
    /** What every answer has used; each figure differs, so that two that are swapped are noticed. */
    public static final Tokens USED = new Tokens(1200, 300, 0, 42, 10);

    public static final String REQUEST_ID = "req_011CTestTestTest";

    private final ServerSocket server;
    private final Queue<Turn> script = new ConcurrentLinkedQueue<>();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger number = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile String command = "echo from-the-model > model.txt";

    /** A request as it arrived. */
    public record Seen(RequestHead head, String body) {}

    private ModelServer(ServerSocket server) {
        this.server = server;
    }

    public static ModelServer start() throws IOException {
        ModelServer models = new ModelServer(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()));
        thread(models::accept);
        return models;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** What the tool call runs. */
    public void command(String shell) {
        command = shell;
    }

    public void script(Turn... turns) {
        script.addAll(List.of(turns));
    }

    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                thread(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            ByteSource in = new ByteSource(socket.getInputStream()::read);
            boolean more = true;
            while (more && in.awaitByte()) {
                more = one(in, socket.getOutputStream());
            }
        } catch (IOException e) {
            // The other side may leave at any time; a test sees that on its own side.
            sockets.remove(socket);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean one(ByteSource in, OutputStream out) throws IOException, InterruptedException {
        RequestHead head = HeadReader.request(in);
        Body body = Body.ofRequest(head.headers(), in);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[16 * 1024];
        int count = body.read(buffer);
        while (count >= 0) {
            bytes.write(buffer, 0, count);
            count = body.read(buffer);
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        seen.add(new Seen(head, text));
        Optional<Dialect> dialect = Dialects.of(head.path());
        if (dialect.isEmpty()) {
            return other(head, out);
        }
        Turn turn = Optional.ofNullable(script.poll()).orElseGet(Turn::good);
        if (turn.status() != 200) {
            return whole(turn, dialect.get().error(turn.status(), "The server says " + turn.status() + "."), out);
        }
        JsonNode request = Json.readTree(text);
        Reply reply = turn.reply().apply(reply(dialect.get(), head, request));
        if (dialect.get().streams(head.target(), request)) {
            return stream(turn, dialect.get(), reply, out);
        }
        return whole(turn, dialect.get().whole(reply), out);
    }

    private Reply reply(Dialect dialect, RequestHead head, JsonNode request) {
        boolean done = dialect.hasToolResult(request);
        Optional<Reply.ToolCall> tool = done ? Optional.empty() : Tools.call(dialect.tools(request), command);
        return new Reply(
                number.incrementAndGet(),
                dialect.model(head.target(), request),
                tool.isPresent() ? "I will write the file." : Reply.RESULT,
                tool,
                USED,
                false,
                dialect.asksForUsage(request));
    }

    private boolean other(RequestHead head, OutputStream out) throws IOException {
        String body = "{\"error\":{\"message\":\"unknown path\",\"type\":\"invalid_request_error\"}}";
        if (head.path().endsWith("count_tokens")) {
            body = "{\"input_tokens\":1200}";
        } else if (head.path().endsWith(":countTokens")) {
            body = "{\"totalTokens\":1200}";
        } else if (head.path().endsWith("/models")) {
            body = "{\"object\":\"list\",\"data\":[]}";
        }
        return whole(Turn.status(body.startsWith("{\"error\"") ? 404 : 200), body, out);
    }

    private boolean whole(Turn turn, String text, OutputStream out) throws IOException {
        byte[] body = packed(turn, text.getBytes(StandardCharsets.UTF_8));
        byte[] head = head(turn, "application/json", "Content-Length: " + body.length);
        boolean cut = turn.cutAfter() >= 0;
        out.write(head);
        out.write(body, 0, cut ? body.length / 2 : body.length);
        return !cut;
    }

    private boolean stream(Turn turn, Dialect dialect, Reply reply, OutputStream out)
            throws IOException, InterruptedException {
        out.write(head(turn, "text/event-stream", "Transfer-Encoding: chunked"));
        List<String> events = new ArrayList<>(dialect.events(reply));
        if (turn.errorInside()) {
            events = new ArrayList<>(events.subList(0, 1));
            events.add(dialect.errorEvent(reply));
        }
        List<String> sent = turn.cutAfter() < 0 ? events : events.subList(0, Math.min(turn.cutAfter(), events.size()));
        if (turn.zipped()) {
            chunk(packed(turn, String.join("", sent).getBytes(StandardCharsets.UTF_8)), out);
        } else {
            for (String event : sent) {
                chunk(event.getBytes(StandardCharsets.UTF_8), out);
                if (!turn.pause().isZero() && closed.await(turn.pause().toMillis(), TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
        }
        if (turn.cutAfter() >= 0) {
            return false;
        }
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return true;
    }

    private static void chunk(byte[] bytes, OutputStream out) throws IOException {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream(bytes.length + 16);
        chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        chunk.writeBytes(bytes);
        chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        out.write(chunk.toByteArray());
    }

    private static byte[] packed(Turn turn, byte[] bytes) throws IOException {
        if (!turn.zipped()) {
            return bytes;
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toByteArray();
    }

    private static byte[] head(Turn turn, String type, String framing) {
        List<String> lines = new ArrayList<>(List.of(
                "HTTP/1.1 " + turn.status() + " Whatever",
                "Content-Type: " + type,
                "x-request-id: " + REQUEST_ID,
                "Set-Cookie: a=b",
                "x-internal-node: 7",
                framing));
        if (turn.zipped()) {
            lines.add("Content-Encoding: gzip");
        }
        lines.addAll(turn.headers());
        return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "model-server");
        thread.setDaemon(true);
        thread.start();
    }
}
