package pond.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pond.common.json.Json;
import pond.testing.TestHttp;

/** Whoever sends slowly or not at all holds a thread for so long and no longer. */
class SlowBodiesTest {
    private static final Duration IDLE = Duration.ofMillis(700);
    private static final Duration DEADLINE = Duration.ofMillis(300);

    private final CompletableFuture<Throwable> seen = new CompletableFuture<>();
    private final TestHttp http = TestHttp.start(
            new HttpServer.Settings("127.0.0.1", 0, IDLE, Duration.ofSeconds(2), DEADLINE),
            (routes, answers) -> routes.post("/echo", ctx -> {
                try {
                    answers.json(ctx, 200, Bodies.json(ctx));
                } catch (IOException | RuntimeException e) {
                    seen.complete(e);
                    throw e;
                }
            }));

    @AfterEach
    void stop() {
        http.close();
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static String head(int length) {
        return "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + length
                + "\r\n\r\n";
    }

    @Test
    void aBodyThatTricklesIsGivenUpAtItsDeadline() throws Exception {
        for (int length : new int[] {1_000, 9 << 20}) {
            try (Socket socket = http.connect()) {
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream();
                send(out, head(length) + "[");

                Awaitility.await().pollInterval(50, TimeUnit.MILLISECONDS).until(() -> {
                    send(out, "1");
                    return in.available() > 0;
                });

                byte[] start = in.readNBytes(12);
                assertThat(new String(start, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 408");
            }
        }
    }

    @Test
    void aBodyThatStopsIsGivenUpWhenItsConnectionIsIdle() throws Exception {
        String answer;
        try (Socket socket = http.connect()) {
            send(socket.getOutputStream(), head(1_000) + "[1,");
            answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }

        assertThat(answer).startsWith("HTTP/1.1 408 ").contains("application/problem+json");
        assertThat(get(seen)).isInstanceOf(IOException.class);
    }

    @Test
    void aBodyThatComesInTimeIsTaken() {
        HttpResponse<String> answer = http.post("/echo", "application/json", "[1]");

        assertThat(Json.readTree(answer.body()).get(0).intValue()).isEqualTo(1);
    }
}
