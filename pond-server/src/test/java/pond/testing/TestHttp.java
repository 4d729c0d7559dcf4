package pond.testing;

import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import pond.server.http.Answers;
import pond.server.http.HttpServer;

/** A real server on a free port with the routes that a test gives it. */
public final class TestHttp implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    public final Answers answers;
    public final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    private TestHttp(HttpServer.Settings settings, BiConsumer<RoutesConfig, Answers> routes) throws IOException {
        answers = new Answers();
        server = HttpServer.start(settings, answers, List.of(config -> routes.accept(config, answers)));
    }

    public static TestHttp start(BiConsumer<RoutesConfig, Answers> routes) {
        return start(new HttpServer.Settings("127.0.0.1", 0, Duration.ofMinutes(1), Duration.ofSeconds(2)), routes);
    }

    public static TestHttp start(HttpServer.Settings settings, BiConsumer<RoutesConfig, Answers> routes) {
        try {
            return new TestHttp(settings, routes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(DEADLINE);
    }

    public HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request = request(path);
        return send((headers.length == 0 ? request : request.headers(headers)).build());
    }

    public HttpResponse<String> post(String path, String contentType, String body) {
        return send(request(path)
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    public HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
        return client.sendAsync(request, BodyHandlers.ofString());
    }

    /** Sends bytes as they are (each character one byte) and returns all that comes until the server closes. */
    public String raw(String bytes) {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout((int) DEADLINE.toMillis());
        return socket;
    }

    @Override
    public void close() {
        server.close();
    }
}
