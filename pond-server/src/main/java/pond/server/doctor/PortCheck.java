package pond.server.doctor;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import pond.common.json.Json;

/** Whether the server could listen where it is told to, or already does. */
final class PortCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final String host;
    private final int port;

    PortCheck(String host, int port) {
        this.host = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        this.port = port;
    }

    Check examine() throws InterruptedException {
        if (port == 0) {
            return Check.ok("port", "a free one is taken at each start");
        }
        try {
            HttpClient client = HttpClient.newBuilder()
                    .connectTimeout(PATIENCE)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .build();
            return served(get(client, "/health"), get(client, "/health/ready"));
        } catch (ConnectException e) {
            return free();
        } catch (IOException e) {
            return somebodyElse();
        }
    }

    private HttpResponse<String> get(HttpClient client, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + literal() + ":" + port + path))
                .timeout(PATIENCE)
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private Check served(HttpResponse<String> health, HttpResponse<String> ready) {
        try {
            JsonNode alive = Json.lenient().readTree(health.body());
            if (health.statusCode() != 200 || !alive.path("version").isTextual()) {
                return somebodyElse();
            }
            String label =
                    alive.path("label").isTextual() ? " (" + alive.path("label").asText() + ")" : "";
            String who = "pond " + alive.path("version").asText() + label + " answers on port " + port;
            return ready.statusCode() == 200
                    ? Check.ok("port", who + " and is ready")
                    : Check.warning(
                            "port",
                            who + " and is not ready: "
                                    + Json.lenient().readTree(ready.body()).path("checks"));
        } catch (JacksonException e) {
            return somebodyElse();
        }
    }

    private Check somebodyElse() {
        return Check.no(
                "port", "something that is not pond answers on " + host + " port " + port + "; choose another port");
    }

    private Check free() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, port));
            return Check.ok("port", port + " on " + host + " is free");
        } catch (IOException e) {
            return Check.no("port", "nobody can listen on " + host + " port " + port + ": " + e.getMessage());
        }
    }

    /** Where a server that listens on this host is asked, as a URL has it. */
    private String literal() {
        try {
            InetAddress address = InetAddress.getByName(host);
            String shown = address.isAnyLocalAddress() ? "127.0.0.1" : host;
            return shown.contains(":") ? "[" + shown + "]" : shown;
        } catch (IOException e) {
            return host;
        }
    }
}
