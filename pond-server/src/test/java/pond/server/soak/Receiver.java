package pond.server.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import pond.common.json.Json;

/** Takes webhooks, and refuses each tenth so that it comes again. */
final class Receiver implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(4, task -> {
        Thread thread = new Thread(task, "soak-receiver");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                JsonNode body =
                        Json.readTree(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                boolean first = "1".equals(exchange.getRequestHeaders().getFirst("Pond-Attempt"));
                boolean refused = first && body.at("/run/id").asText().endsWith("0");
                if (!refused) {
                    told.add(body.at("/run/id").asText());
                }
                exchange.sendResponseHeaders(refused ? 500 : 204, -1);
            }
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** Whether the end of this run was told; forgets it. */
    boolean forget(String run) {
        return told.remove(run);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
