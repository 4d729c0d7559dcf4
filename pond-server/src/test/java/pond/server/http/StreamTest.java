package pond.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pond.testing.TestHttp;

class StreamTest {
    private static final Duration IDLE = Duration.ofMillis(500);
    private static final String REQUEST = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";

    private final BlockingQueue<Source> sources = new LinkedBlockingQueue<>();
    private final TestHttp http =
            TestHttp.start(new HttpServer.Settings("127.0.0.1", 0, IDLE, Duration.ofSeconds(10)), this::routes);

    private void routes(RoutesConfig routes, Answers answers) {
        routes.get("/stream", ctx -> {
            Source source = new Source();
            answers.stream(ctx, source);
            sources.add(source);
        });
        routes.get("/other", ctx -> ctx.result("here"));
    }

    /** What the test gives by hand, or one big piece after another. */
    private static final class Source implements Pieces {
        private final AtomicInteger asked = new AtomicInteger();
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final CompletableFuture<Outflow> first = new CompletableFuture<>();
        private volatile boolean flood;

        @Override
        public void wanted(Outflow to) {
            asked.incrementAndGet();
            first.complete(to);
            if (flood) {
                to.give(ByteBuffer.allocate(256 * 1024));
            }
        }

        @Override
        public ByteBuffer farewell() {
            return bytes("farewell");
        }

        @Override
        public void over() {
            over.complete(null);
        }

        Outflow out() {
            return first.orTimeout(20, TimeUnit.SECONDS).join();
        }

        void give(String text) {
            int before = asked.get();
            out().give(bytes(text));
            await().until(() -> asked.get() > before);
        }

        void floodNow() {
            flood = true;
            out().give(ByteBuffer.allocate(1));
        }
    }

    @AfterEach
    void stop() {
        http.close();
    }

    @Test
    void piecesComeOneByOneAndPastTheIdleTimeout() throws Exception {
        try (Socket socket = follow()) {
            Source source = next();
            source.give("one");
            assertThat(read(socket, "one")).startsWith("HTTP/1.1 200 ").contains("Transfer-Encoding: chunked");
            CompletableFuture<Void> later =
                    new CompletableFuture<Void>().completeOnTimeout(null, 3 * IDLE.toMillis(), TimeUnit.MILLISECONDS);
            later.join();

            source.out().giveAside(bytes("two"));
            read(socket, "two");
            source.out().giveLast(bytes("three"));

            read(socket, "three\r\n0\r\n\r\n");
            source.over.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void theConnectionIsGoodForAnotherRequestAfterAStream() throws Exception {
        try (Socket socket = follow()) {
            next().out().giveLast(bytes("end"));
            read(socket, "0\r\n\r\n");

            socket.getOutputStream()
                    .write("GET /other HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(read(socket, "here")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void nothingIsAskedOfTheSourceWhileTheReaderIsBehind() throws Exception {
        try (Socket socket = slow()) {
            Source source = next();

            source.floodNow();
            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            int asked = source.asked.get();
            await().pollDelay(Duration.ofMillis(100)).until(() -> true);

            assertThat(source.asked.get()).isEqualTo(asked).isLessThan(100);
            assertThat(http.answers.threads().getBusyThreads()).isLessThan(4);
            assertThat(http.get("/other").body()).isEqualTo("here");
            assertThat(socket.isClosed()).isFalse();
        }
    }

    @Test
    void aReaderWhoTakesNothingForTheIdleTimeoutIsCutOff() throws Exception {
        try (Socket socket = slow()) {
            Source source = next();

            source.floodNow();

            source.over.get(10, TimeUnit.SECONDS);
            assertThat(socket.isClosed()).isFalse();
        }
    }

    @Test
    void aReaderWhoHangsUpIsForgotten() throws Exception {
        Source source;
        try (Socket socket = follow()) {
            source = next();
            source.give("one");
            read(socket, "one");
        }

        source.over.get(10, TimeUnit.SECONDS);
        source.out().give(bytes("nobody"));
    }

    @Test
    void theStopEndsStreamsAtOnceAlsoThoseOfSlowReaders() throws Exception {
        try (Socket quick = follow()) {
            Source first = next();
            Socket slow = slow();
            Source second = next();
            second.floodNow();
            await().pollDelay(Duration.ofMillis(100)).until(() -> true);
            long start = System.nanoTime();

            http.close();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            first.over.get(1, TimeUnit.SECONDS);
            second.over.get(1, TimeUnit.SECONDS);
            read(quick, "farewell\r\n0\r\n\r\n");
            slow.close();
        }
    }

    @Test
    void hundredsOfStreamsTakeNoThread() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                sockets.add(follow());
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> sources.size() == 300);

            sources.forEach(source -> source.out().give(bytes("all")));

            for (Socket socket : sockets) {
                read(socket, "all");
            }
            assertThat(http.answers.threads().getBusyThreads()).isLessThan(20);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private Source next() throws InterruptedException {
        Source source = sources.poll(10, TimeUnit.SECONDS);
        if (source == null) {
            throw new AssertionError("no stream has begun");
        }
        return source;
    }

    private Socket follow() throws IOException {
        Socket socket = http.connect();
        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** One who never reads, with as little room for what it does not read as there can be. */
    private Socket slow() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), http.server.port()));
        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** All that comes until this was read. */
    private static String read(Socket socket, String until) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(until, Math.max(0, text.length() - until.length())) < 0) {
            int one = socket.getInputStream().read();
            assertThat(one).as("the end, after '%s'", text).isNotNegative();
            text.append((char) one);
        }
        return text.toString();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
