package pond.worker.transport;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** A real HTTP server on loopback whose answers a test chooses by path, and which remembers what it was asked. */
public final class WireServer implements AutoCloseable {
    private final HttpServer http;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Answering> answers = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    /** Writes the answer to a request whose body was read. */
    public interface Answering {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    /** A request; headers with lower-case names, the body decompressed. */
    public record Asked(String method, String path, Map<String, String> headers, String body, boolean gzip) {
        public String header(String name) {
            return String.valueOf(headers.get(name));
        }
    }

    public WireServer() throws IOException {
        this(0);
    }

    public WireServer(int port) throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
    }

    WireServer(HttpServer http) {
        this.http = http;
        http.setExecutor(threads);
        http.createContext("/", this::handle);
        http.start();
    }

    public int port() {
        return http.getAddress().getPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    public Asked last() {
        return asked.get(asked.size() - 1);
    }

    public WireServer on(String path, Answering answering) {
        answers.put(path, answering);
        return this;
    }

    public WireServer json(String path, String body) {
        return on(path, exchange -> send(exchange, 200, "application/json", body));
    }

    public WireServer done(String path) {
        return on(path, exchange -> exchange.sendResponseHeaders(204, -1));
    }

    public static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>();
            new LinkedHashMap<>(exchange.getRequestHeaders())
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
            boolean gzip = "gzip".equals(headers.get("content-encoding"));
            String body;
            try (InputStream raw = exchange.getRequestBody();
                    InputStream plain = gzip ? new GZIPInputStream(raw) : raw) {
                body = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
            }
            String path = exchange.getRequestURI().getRawPath();
            asked.add(new Asked(exchange.getRequestMethod(), path, headers, body, gzip));
            Answering answering = answers.get(path);
            if (answering == null) {
                send(exchange, 404, "text/html", "<h1>not here</h1>");
            } else {
                answering.answer(exchange);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
