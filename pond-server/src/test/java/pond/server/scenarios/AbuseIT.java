package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pond.server.soak.Footprint;

/**
 * What no caller should do, done to a real server: others are served meanwhile, each thing is refused by name or by a closed
 * connection, and afterwards the server has what it had before.
 */
class AbuseIT {
    private static final Pattern STATUS = Pattern.compile("^HTTP/1\\.1 (\\d+) ");
    private static final Pattern FILES = Pattern.compile("Max open files +(\\d+)");
    /** More than the server takes at a time. */
    private static final int CROWD = 10_200;
    /** What a process has open besides its connections. */
    private static final int OTHER_FILES = 1_000;

    private static final int MORE_THAN_THREADS = 70;
    private static final String LINE_END = "\r\n";

    @TempDir
    private static Path folder;

    private static ServerProcess server;
    private static URI url;
    private static Footprint before;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.serve(
                folder,
                folder.resolve("state"),
                Map.of("POND_AUTH_FAILURES_PER_MIN", "0", "POND_LOCAL_EXECUTORS", "noop"));
        url = server.url();
        Client client = server.client();
        client.end(client.submit(Body.of(Body.noop("warm"))));
        before = Footprint.of(server.pid());
    }

    @AfterAll
    static void stop() throws IOException {
        try {
            othersAreServed();
            Awaitility.await("the server has what it had before")
                    .atMost(60, TimeUnit.SECONDS)
                    .pollInterval(500, TimeUnit.MILLISECONDS)
                    .untilAsserted(AbuseIT::hasWhatItHadBefore);
            assertThat(server.output()).doesNotContain(" ERROR ", "OutOfMemoryError");
        } finally {
            server.close();
        }
    }

    /** A pool of threads may be as large as it gets; what it worked on must be gone. */
    private static void hasWhatItHadBefore() throws Exception {
        Footprint now = Footprint.of(server.pid());
        assertThat(now.heapMiB()).as("heap, MiB").isLessThan(before.heapMiB() + 24);
        assertThat(now.residentMiB()).as("resident, MiB").isLessThan(before.residentMiB() + 300);
        assertThat(now.descriptors()).as("descriptors").isLessThan(before.descriptors() + 16);
        assertThat(now.threads()).as("threads").isLessThan(before.threads() + 64);
        assertThat(now.children()).as("children").isEqualTo(before.children());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    /** By a connection that is opened now. */
    private static void othersAreServed() throws IOException {
        String body = Body.of(Body.noop("honest"));
        String answer = RawConnection.exchange(url, post("/v1/runs", "", body));
        assertThat(answer).startsWith("HTTP/1.1 201 ");
        String run = answer.replaceAll("(?s).*\"id\":\"([^\"]*)\".*", "$1");
        String path = "/v1/runs/" + run + "?wait=30&version=";
        Awaitility.await("a run of somebody else is done")
                .atMost(30, TimeUnit.SECONDS)
                .pollDelay(Duration.ZERO)
                .until(() -> RawConnection.exchange(url, get(path + "1")).contains("\"status\":\"done\""));
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: pond\r\nConnection: close\r\nAuthorization: Bearer "
                + TestPond.SERVICE_TOKEN + "\r\n\r\n";
    }

    private static String post(String path, String headers, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: pond\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer " + TestPond.SERVICE_TOKEN + LINE_END + headers
                + (headers.contains("Transfer-Encoding") ? "" : "Content-Length: " + body.length() + LINE_END)
                + LINE_END + body;
    }

    @Test
    void aCrowdThatDoesNothingOrStopsHalfWayIsLetGo() throws Exception {
        int crowd = Math.min(CROWD, Math.min(filesOf("self"), filesOf(Long.toString(server.pid()))) - OTHER_FILES);
        assertThat(crowd)
                .as("the files that a process may open here allow a crowd")
                .isGreaterThan(1_000);
        for (int i = 0; i < crowd; i++) {
            SocketChannel one = SocketChannel.open(new InetSocketAddress(url.getHost(), url.getPort()));
            open.add(one);
            if (i % 2 == 0) {
                one.write(StandardCharsets.US_ASCII.encode("POST /v1/runs HTTP/1.1\r\nHost: pond\r\nAuthor"));
            }
        }

        othersAreServed();
    }

    private static int filesOf(String process) throws IOException {
        Matcher files = FILES.matcher(Files.readString(Path.of("/proc/" + process + "/limits")));
        assertThat(files.find()).isTrue();
        return (int) Math.min(Integer.MAX_VALUE, Long.parseLong(files.group(1)));
    }

    /** Without a token, and with more requests on each connection than the system keeps for one who does not read. */
    @Test
    void aFloodOfRequestsWhoseAnswersNobodyReads() throws Exception {
        String page = "GET /openapi.json HTTP/1.1\r\nHost: pond\r\n\r\n";
        for (int i = 0; i < MORE_THAN_THREADS; i++) {
            RawConnection one = new RawConnection(url);
            open.add(one);
            one.offer(page.repeat(80));
        }

        othersAreServed();
    }

    @Test
    void headsAndBodiesThatTrickle() throws Exception {
        String body = post("/v1/runs", "", "x".repeat(1_000));
        String part = body.substring(0, body.length() - 999);
        for (int i = 0; i < 2 * MORE_THAN_THREADS; i++) {
            RawConnection one = new RawConnection(url);
            open.add(one);
            one.offer(i % 2 == 0 ? "GET / HTTP/1.1\r\nX-Endless: " : part);
        }
        for (AutoCloseable one : open) {
            ((RawConnection) one).offer("x");
        }

        othersAreServed();
    }

    @Test
    void manyRequestsAtOnceAreAnsweredInTheirOrder() throws Exception {
        String some = "GET /health HTTP/1.1\r\nHost: pond\r\n\r\n".repeat(500);

        String answers = RawConnection.exchange(url, some + get("/v1/runs/none"));

        assertThat(answers.split("HTTP/1\\.1 200 ", -1)).hasSize(501);
        assertThat(answers.substring(answers.lastIndexOf("HTTP/1.1"))).startsWith("HTTP/1.1 404 ");
    }

    private record Shape(String name, String bytes, List<Integer> statuses) {
        Shape(String name, String bytes, Integer... statuses) {
            this(name, bytes, List.of(statuses));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void isRefusedByNameOrByAClosedConnection(Shape shape) throws Exception {
        String answer = RawConnection.exchange(url, shape.bytes());

        // A reset may overtake the answer to one who is still sending.
        if (!answer.isEmpty()) {
            Matcher status = STATUS.matcher(answer);
            assertThat(status.find()).as(answer).isTrue();
            assertThat(Integer.parseInt(status.group(1))).as(answer).isIn(shape.statuses());
            assertThat(answer).containsIgnoringCase("content-type: application/problem+json");
            assertThat(answer.split("HTTP/1\\.1 ", -1))
                    .as("one answer: %s", answer)
                    .hasSize(2);
        }
    }

    private static List<Shape> shapes() throws IOException {
        String smuggled = "GET /v1/runs HTTP/1.1\r\nHost: pond\r\nAuthorization: Bearer x\r\n\r\n";
        return List.of(
                new Shape(
                        "a header of a megabyte",
                        get("/health").replace("Host:", "X: " + "a".repeat(1 << 20) + "\r\nHost:"),
                        431),
                new Shape(
                        "ten thousand headers",
                        get("/health").replace("Host:", "X: y\r\n".repeat(10_000) + "Host:"),
                        431),
                new Shape("a path of a megabyte", get("/" + "a".repeat(1 << 20)), 414, 431),
                new Shape("a query of a megabyte", get("/v1/runs?x=" + "a".repeat(1 << 20)), 414, 431),
                new Shape("a hundred thousand levels", post("/v1/runs", "", "[".repeat(100_000)), 400),
                new Shape("levels of objects", post("/v1/runs", "", "{\"a\":".repeat(100_000)), 400),
                new Shape("a number of a megabyte", post("/v1/runs", "", "{\"a\":" + "9".repeat(1 << 20) + "}"), 400),
                new Shape("a name of a megabyte", post("/v1/runs", "", "{\"" + "a".repeat(1 << 20) + "\":1}"), 400),
                new Shape("a string of nine megabytes", post("/v1/runs", "", "\"" + "a".repeat(9 << 20) + "\""), 413),
                new Shape("text in UTF-16", post("/v1/runs", "", "{}").replace("/json", "/json; charset=utf-16"), 415),
                new Shape("bytes that are no UTF-8", post("/v1/runs", "", "{\"a\":\"\u00ff\u00fe\"}"), 400),
                new Shape("compressed zeros", post("/v1/runs", "Content-Encoding: gzip\r\n", bomb()), 413),
                new Shape("compressed twice", post("/v1/runs", "Content-Encoding: gzip, gzip\r\n", bomb()), 415),
                new Shape(
                        "chunks of no number",
                        post("/v1/runs", "Transfer-Encoding: chunked\r\n", "zzz\r\n{}\r\n0\r\n\r\n"),
                        400),
                new Shape(
                        "a chunk without bound",
                        post("/v1/runs", "Transfer-Encoding: chunked\r\n", "f".repeat(40) + "\r\n{}"),
                        400),
                new Shape(
                        "a negative chunk",
                        post("/v1/runs", "Transfer-Encoding: chunked\r\n", "-1\r\n{}\r\n0\r\n\r\n"),
                        400),
                new Shape("a negative length", post("/v1/runs", "Content-Length: -1\r\n", ""), 400),
                new Shape("two lengths", post("/v1/runs", "Content-Length: 3\r\n", "{}" + smuggled), 400),
                new Shape(
                        "a length and chunks",
                        post("/v1/runs", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled),
                        400),
                new Shape(
                        "two codings",
                        post("/v1/runs", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n" + smuggled),
                        400,
                        501),
                new Shape(
                        "a coding nobody knows",
                        post("/v1/runs", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + smuggled),
                        400,
                        501),
                new Shape("a blank before the colon", get("/health").replace("Host:", "X : y\r\nHost:"), 400),
                new Shape("a folded header", get("/health").replace("Host:", "X: y\r\n z\r\nHost:"), 400),
                new Shape("a NUL in a header", get("/health").replace("Host:", "X: \0\r\nHost:"), 400),
                new Shape("no host", get("/health").replace("Host: pond\r\n", ""), 400),
                new Shape("two hosts", get("/health").replace("Host:", "Host: other\r\nHost:"), 400),
                new Shape("a later HTTP", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 426, 505),
                new Shape("an earlier HTTP", "GET /health\r\n\r\n", 400, 505),
                new Shape(
                        "a client of TLS",
                        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n",
                        400),
                new Shape("noise", noise(), 400));
    }

    /** Some kilobytes that are two hundred megabytes. */
    private static String bomb() throws IOException {
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(small)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 200; i++) {
                gzip.write(zeros);
            }
        }
        return small.toString(StandardCharsets.ISO_8859_1);
    }

    private static String noise() {
        byte[] bytes = new byte[4_096];
        new Random(3).nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1) + "\r\n\r\n";
    }
}
