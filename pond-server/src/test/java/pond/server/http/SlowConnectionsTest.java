package pond.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pond.testing.TestHttp;

/** A byte now and then keeps a connection from being idle; it does not keep it, or a thread of the server, for ever. */
class SlowConnectionsTest {
    private static final Duration IDLE = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(10);
    /** More than the system takes in for a reader who does not read. */
    private static final String LARGE = "x".repeat(4 << 20);

    private final List<AutoCloseable> open = new ArrayList<>();

    private TestHttp start(Duration arrival) {
        HttpServer.Settings settings = new HttpServer.Settings("127.0.0.1", 0, IDLE, Duration.ofSeconds(2), arrival);
        TestHttp http = TestHttp.start(settings, (routes, answers) -> {
            routes.get("/small", ctx -> answers.json(ctx, 200, "small"));
            routes.get("/large", ctx -> answers.json(ctx, 200, LARGE));
            routes.post("/body", ctx -> answers.json(ctx, 200, Bodies.json(ctx)));
            routes.get(
                    "/late",
                    ctx -> answers.afterSignal(ctx, SHORT.multipliedBy(3), new CompletableFuture<>(), () -> "waited"));
        });
        open.add(http);
        return http;
    }

    private Socket connect(TestHttp http) throws IOException {
        Socket socket = new Socket();
        open.add(socket);
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), http.server.port()));
        return socket;
    }

    @AfterEach
    void close() throws Exception {
        // The server last: it waits for those who read nothing.
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void aHeadThatTricklesEndsWithItsConnection() throws Exception {
        Socket socket = connect(start(SHORT));
        send(socket, "GET /small HTTP/1.1\r\nHost: x\r\nX-Endless: ");

        await().atMost(20, TimeUnit.SECONDS)
                .pollInterval(20, TimeUnit.MILLISECONDS)
                .until(() -> isRefused(socket, "a"));
    }

    @Test
    void whatWaitsForAnAnswerOrHasHadOneIsKept() throws Exception {
        TestHttp http = start(SHORT);
        Socket idle = connect(http);
        assertThat(request(idle, "/small")).isEqualTo("\"small\"");
        Socket waiting = connect(http);

        assertThat(request(waiting, "/late")).as("three deadlines later").isEqualTo("\"waited\"");

        assertThat(request(idle, "/small")).isEqualTo("\"small\"");
        assertThat(request(waiting, "/small")).isEqualTo("\"small\"");
    }

    @Test
    void anAnswerThatNobodyTakesIsCutOff() throws Exception {
        TestHttp http = start(SHORT);
        send(connect(http), "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
        await().atMost(20, TimeUnit.SECONDS).until(() -> http.answers.underWay() == 1);

        await().atMost(20, TimeUnit.SECONDS).until(() -> http.answers.underWay() == 0);
    }

    /** More of them than there are threads, and a time in which they would be cut off that nobody waits for. */
    @Test
    void readersWhoTakeNothingDoNotKeepOthersFromBeingServed() throws Exception {
        TestHttp http = start(LONG);
        for (int i = 0; i < 70; i++) {
            send(connect(http), "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
        }

        assertThat(http.get("/small").body()).isEqualTo("\"small\"");
    }

    @Test
    void bodiesThatTrickleDoNotKeepOthersFromBeingServed() throws Exception {
        TestHttp http = start(LONG);
        for (int i = 0; i < 70; i++) {
            send(
                    connect(http),
                    "POST /body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[");
        }

        assertThat(http.get("/small").body()).isEqualTo("\"small\"");
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static boolean isRefused(Socket socket, String text) throws IOException {
        try {
            send(socket, text);
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    /** The body of the answer, which has one line. */
    private static String request(Socket socket, String path) throws IOException {
        send(socket, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        BufferedReader answer =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        int length = 0;
        for (String line = answer.readLine(); !line.isEmpty(); line = answer.readLine()) {
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line.substring("Content-Length: ".length()));
            }
        }
        char[] body = new char[length];
        assertThat(answer.read(body)).isEqualTo(length);
        return new String(body);
    }
}
