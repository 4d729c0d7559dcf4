package pond.server.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import pond.common.json.Json;

/**
 * An honest client: it asks again when the server is away or says that it should, and gives up after two minutes. Safe for use by
 * several threads.
 */
final class Caller {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private static final Duration CALL = Duration.ofSeconds(70);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PAUSE_MILLIS = 250;

    private final URI server;
    private final String token;
    private final CountDownLatch never = new CountDownLatch(1);

    Caller(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    /** What came back. */
    record Answer(int status, String text) {
        JsonNode json() {
            return Json.readTree(text);
        }
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return Json.readTree(new String(bytes(path), StandardCharsets.UTF_8));
    }

    byte[] bytes(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = send(request(path).build());
        if (answer.statusCode() != 200) {
            throw new IOException(path + ": " + answer.statusCode() + " " + text(answer));
        }
        return answer.body();
    }

    /** A submit or another call that may be made twice and must have its effect once. */
    JsonNode once(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(BodyPublishers.ofString(body))
                .build();
        Answer answer = answer(request);
        // 200 when an answer was lost, and the first call had made it.
        if (answer.status() != 201 && answer.status() != 200) {
            throw new IOException(path + ": " + answer.status() + " " + answer.text());
        }
        return answer.json();
    }

    /** Any other call with a body. */
    Answer post(String path, String body) throws IOException, InterruptedException {
        return answer(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return answer(request(path).DELETE().build());
    }

    /** The answer, whatever it is. */
    Answer look(String path) throws IOException, InterruptedException {
        return answer(request(path).build());
    }

    /** A stream, once; the caller comes back by itself when it breaks off. */
    InputStream events(String run, String last) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + "/v1/runs/" + run + "/events"))
                .header("Authorization", "Bearer " + token);
        HttpResponse<InputStream> answer = HTTP.send(
                (last.isEmpty() ? request : request.header("Last-Event-ID", last)).build(),
                BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            answer.body().close();
            throw new IOException("events of " + run + ": " + answer.statusCode());
        }
        return answer.body();
    }

    /** Lets some time pass before another try. */
    void pause() throws InterruptedException {
        never.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + path))
                .timeout(CALL)
                .header("Authorization", "Bearer " + token);
    }

    private Answer answer(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = send(request);
        return new Answer(response.statusCode(), text(response));
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                HttpResponse<byte[]> response = HTTP.send(request, BodyHandlers.ofByteArray());
                if (response.statusCode() != 503 || System.nanoTime() > deadline) {
                    return response;
                }
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            pause();
        }
    }
}
