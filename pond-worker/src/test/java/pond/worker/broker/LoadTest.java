package pond.worker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static pond.worker.broker.TestBroker.line;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pond.common.definition.Budget;
import pond.worker.broker.http.ResponseHead;
import pond.worker.broker.model.Dialect;
import pond.worker.broker.model.Dialects;
import pond.worker.broker.model.ModelServer;
import pond.worker.broker.model.Turn;

class LoadTest {
    private static final Dialect CHAT = Dialects.CHAT;
    private static final int CLIENTS = 20;
    private static final int MIB = 1024 * 1024;

    @Test
    @Timeout(60)
    void clientsSideBySideAreCountedEach() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (ModelServer models = ModelServer.start();
                TestBroker broker = TestBroker.of(CHAT, models.url())) {
            List<Future<Integer>> done = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                boolean stream = i % 2 == 0;
                done.add(threads.submit(() -> tenCalls(broker, stream)));
            }
            for (Future<Integer> good : done) {
                assertThat(good.get()).isEqualTo(10);
            }

            await().until(() -> broker.records.size() == 10 * CLIENTS);
            assertThat(broker.records).extracting(record -> record.id()).doesNotHaveDuplicates();
            assertThat(broker.door.stats())
                    .isEqualTo(new BrokerStats(10 * CLIENTS, 0, 0, 10 * CLIENTS * 1542, 10 * CLIENTS * 1920));
        } finally {
            threads.shutdownNow();
        }
    }

    private static int tenCalls(TestBroker broker, boolean stream) throws IOException {
        int good = 0;
        try (Client client = broker.client()) {
            for (int i = 0; i < 10; i++) {
                Client.Response answer =
                        client.call(line(CHAT, stream), broker.key(CHAT), CHAT.request("model-1", stream));
                good += answer.status() == 200 ? 1 : 0;
            }
        }
        return good;
    }

    @Test
    @Timeout(60)
    void slowReadersHoldUpTheirOwnAnswerOnly() throws Exception {
        List<Client> slow = new ArrayList<>();
        try (ModelServer models = ModelServer.start();
                Flood flood = new Flood(8 * MIB);
                TestBroker slowBroker = TestBroker.of(CHAT, flood.url());
                TestBroker broker = TestBroker.of(CHAT, models.url())) {
            for (int i = 0; i < CLIENTS; i++) {
                Client client = slowBroker.client();
                slow.add(client);
                client.request(line(CHAT, false), slowBroker.key(CHAT), CHAT.request("m", false));
                client.head();
            }
            assertThat(broker.call(CHAT, true).status()).isEqualTo(200);

            // A reader that takes nothing holds its provider back: what is sent stays far below what there is.
            assertThat(flood.sent.get()).isLessThan(CLIENTS * 8L * MIB);
            await().atMost(Duration.ofSeconds(20)).until(() -> slowBroker.records.size() == CLIENTS);
        } finally {
            for (Client client : slow) {
                client.close();
            }
        }
    }

    @Test
    @Timeout(120)
    void aVeryLongStreamTakesNoMemory() throws Exception {
        long size = 200L * MIB;
        try (Flood flood = new Flood(size);
                TestBroker broker = TestBroker.of(CHAT, flood.url());
                Client client = broker.client()) {
            long before = used();
            client.request(line(CHAT, true), broker.key(CHAT), CHAT.request("m", true));
            ResponseHead head = client.head();
            assertThat(head.status()).isEqualTo(200);
            long most = 0;
            long read = 0;
            while (read < size) {
                assertThat(client.read()).isNotNegative();
                read++;
                if (read % (50 * MIB) == 0) {
                    most = Math.max(most, used() - before);
                }
            }

            assertThat(most).isLessThan(32L * MIB);
        }
    }

    @Test
    void anEventIsPassedOnBeforeTheNextOneComes() throws Exception {
        for (Dialect dialect : Dialects.ALL) {
            try (ModelServer models = ModelServer.start();
                    TestBroker broker = TestBroker.of(dialect, models.url());
                    Client client = broker.client()) {
                models.script(Turn.good().slow(Duration.ofSeconds(1)));
                client.request(line(dialect, true), broker.key(dialect), dialect.request("m", true));
                client.head();
                long start = System.nanoTime();
                int feeds = 0;
                while (feeds < 2) {
                    int next = client.read();
                    feeds = next == '\n' ? feeds + 1 : next == '\r' ? feeds : 0;
                }

                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(900));
            }
        }
    }

    @Test
    void theRealKeyIsNowhere() throws Exception {
        StringBuilder visible = new StringBuilder();
        for (Dialect dialect : Dialects.ALL) {
            try (Echo echo = new Echo();
                    ModelServer models = ModelServer.start();
                    TestBroker broker = TestBroker.of(dialect, models.url());
                    TestBroker echoing = TestBroker.of(dialect, echo.url())) {
                models.script(
                        Turn.good(),
                        Turn.status(401),
                        Turn.status(500),
                        Turn.good().cut(2),
                        Turn.good().failingInside());
                for (int i = 0; i < 5; i++) {
                    try (Client client = broker.client()) {
                        client.request(
                                line(dialect, true),
                                broker.key(dialect) + "Connection: close\r\n",
                                dialect.request("m", true));
                        visible.append(client.untilClosed());
                    }
                }
                try (Client client = echoing.client()) {
                    client.request(
                            line(dialect, true),
                            echoing.key(dialect) + "Connection: close\r\n",
                            dialect.request("m", true));
                    visible.append(client.untilClosed());
                }
                visible.append(broker.log).append(broker.records).append(broker.door.stats());
                visible.append(echoing.log).append(echoing.records).append(echoing.door.dummyKey());
                visible.append(TestBroker.job("openai", "http://x", Budget.UNLIMITED));
            }
        }

        assertThat(visible).contains("All done", "[hidden]", "broker_credentials_rejected");
        assertThat(visible).doesNotContain(TestBroker.KEY);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Repeats what it was sent in an error, key and all. */
    private static final class Echo implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

        Echo() throws IOException {
            thread(server, socket -> {
                byte[] buffer = new byte[16 * 1024];
                int count = socket.getInputStream().read(buffer);
                String head = new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
                byte[] body = head.getBytes(StandardCharsets.ISO_8859_1);
                write(
                        socket,
                        "HTTP/1.1 400 No\r\nX-Request-Id: " + TestBroker.KEY + "\r\nContent-Length: " + body.length
                                + "\r\nContent-Type: text/plain\r\n\r\n");
                socket.getOutputStream().write(body);
            });
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /** Answers every request with one event that is very long. */
    private static final class Flood implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final AtomicLong sent = new AtomicLong();

        Flood(long size) throws IOException {
            byte[] piece = new byte[64 * 1024];
            Arrays.fill(piece, (byte) 'x');
            thread(server, socket -> {
                int count = socket.getInputStream().read(new byte[16 * 1024]);
                write(
                        socket,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: " + (size + 1024)
                                + "\r\n\r\ndata: {\"a\":\"");
                OutputStream out = socket.getOutputStream();
                for (long left = size; left > 0 && count > 0; left -= piece.length) {
                    out.write(piece);
                    sent.addAndGet(piece.length);
                }
            });
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private interface Serve {
        void run(Socket socket) throws IOException;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void thread(ServerSocket server, Serve serve) {
        Runnable accept = () -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Runnable one = () -> {
                        try (socket) {
                            serve.run(socket);
                        } catch (IOException e) {
                            // The broker has ended the connection, which is what the tests look at.
                            assertThat(socket.isClosed()).isTrue();
                        }
                    };
                    daemon(one);
                } catch (IOException e) {
                    assertThat(server.isClosed()).isTrue();
                }
            }
        };
        daemon(accept);
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "load-test");
        thread.setDaemon(true);
        thread.start();
    }
}
