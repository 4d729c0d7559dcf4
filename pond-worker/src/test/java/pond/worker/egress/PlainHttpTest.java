package pond.worker.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests with http:// targets: rewritten, one a connection, and their bodies measured exactly. */
@Timeout(60)
class PlainHttpTest {
    private static final String BYE = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbye";

    @TempDir
    private Path temp;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private Net net;
    private Upstream server;
    private Door door;

    @BeforeEach
    void start() throws IOException {
        net = new Net(temp).name("good.test", "127.0.0.1");
        server = Upstream.start(this::answerAtTheEnd);
        door = net.open("good.test:" + server.port());
    }

    @AfterEach
    void stop() throws IOException {
        net.close();
        server.close();
    }

    /** Remembers all that comes, and answers when the body says {@code END}, or when there is none. */
    private void answerAtTheEnd(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder(Upstream.readHead(socket.getInputStream()));
        boolean body = text.indexOf("Content-Length") >= 0 || text.indexOf("chunked") >= 0;
        int next = 0;
        while (body && next >= 0 && !text.toString().contains("END")) {
            next = socket.getInputStream().read();
            text.append(next < 0 ? "<EOF>" : String.valueOf((char) next));
        }
        socket.setSoTimeout(300);
        try {
            while ((next = socket.getInputStream().read()) >= 0) {
                text.append((char) next);
            }
        } catch (java.net.SocketTimeoutException e) {
            // Nothing more was sent.
        }
        heard.add(text.toString());
        socket.getOutputStream().write(BYE.getBytes(StandardCharsets.US_ASCII));
    }

    private String ask(String method, String path, String rest) throws IOException {
        return Client.ask(door.socket(), method + " http://good.test:" + server.port() + path + " HTTP/1.1\r\n" + rest);
    }

    private String heard() throws InterruptedException {
        return String.valueOf(heard.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void theHeadIsWrittenAnew() throws Exception {
        String answer = ask(
                "GET",
                "/a%20b?c=d",
                String.join(
                        "\r\n",
                        "Host: evil.test",
                        "Proxy-Authorization: Basic x",
                        "Proxy-Connection: keep-alive",
                        "X-Mine: 1",
                        "Connection: keep-alive, X-Hop",
                        "X-Hop: 2",
                        "Keep-Alive: 5",
                        "Upgrade: h2c",
                        "TE: trailers",
                        "Accept:  */* ",
                        "",
                        ""));

        assertThat(answer).isEqualTo(BYE);
        assertThat(heard())
                .isEqualTo("GET /a%20b?c=d HTTP/1.1\r\nHost: good.test:" + server.port()
                        + "\r\nConnection: close\r\nx-mine: 1\r\naccept: */*\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?x=1"})
    void aTargetWithoutAPathGetsOne(String path) throws Exception {
        assertThat(ask("GET", path, "\r\n")).isEqualTo(BYE);
        assertThat(heard()).startsWith("GET /" + path + " HTTP/1.1\r\n");
    }

    @Test
    void aSecondRequestBehindTheFirstGoesNowhere() throws Exception {
        assertThat(ask("GET", "/1", "\r\nGET http://good.test/2 HTTP/1.1\r\nHost: good.test\r\n\r\n"))
                .isEqualTo(BYE);
        assertThat(heard()).startsWith("GET /1 ").doesNotContain("/2");
    }

    @Test
    void aBodyOfKnownLengthEndsWhereItSays() throws Exception {
        assertThat(ask("POST", "/", "Content-Length: 6\r\n\r\nabcENDGET /smuggled HTTP/1.1\r\n\r\n"))
                .isEqualTo(BYE);
        assertThat(heard()).endsWith("Content-Length: 6\r\n\r\nabcEND");
    }

    @Test
    void aChunkedBodyEndsWhereItSays() throws Exception {
        assertThat(
                        ask(
                                "POST",
                                "/",
                                "Transfer-Encoding: CHUNKED\r\n\r\n003\r\nabc\r\n3\r\nEND\r\n0\r\nX-Trailer: y\r\n\r\nGET /smuggled"))
                .isEqualTo(BYE);
        assertThat(heard()).endsWith("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\nEND\r\n0\r\n\r\n");
    }

    @Test
    void aBodyArrivesWhileItIsStillBeingSent() throws Exception {
        try (Client client = new Client(door.socket())) {
            client.send("POST http://good.test:" + server.port()
                    + "/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab");
            await().atMost(Duration.ofSeconds(20)).until(() -> door.bytes() > 92);
            client.send("\r\n3\r\nEND");
            client.send("\r\n0\r\n\r\n");

            assertThat(client.readToEnd()).isEqualTo(BYE);
        }
    }

    @Test
    void bigBodiesGoBothWays() throws Exception {
        int size = 32 << 20;
        try (Upstream mirror = Upstream.start(socket -> {
                    Upstream.readHead(socket.getInputStream());
                    socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    byte[] block = new byte[1 << 16];
                    for (long left = size; left > 0; ) {
                        int count = socket.getInputStream().read(block);
                        left -= count;
                        socket.getOutputStream().write(block, 0, count);
                    }
                });
                Door wide = net.open("good.test:" + mirror.port());
                Client client = new Client(wide.socket())) {
            client.send("PUT http://good.test:" + mirror.port() + "/ HTTP/1.1\r\nContent-Length: " + size + "\r\n\r\n");
            Upstream.daemon(() -> {
                try {
                    byte[] block = new byte[1 << 16];
                    for (int sent = 0; sent < size; sent += block.length) {
                        client.send(block);
                    }
                } catch (IOException e) {
                    // The count below tells.
                }
            });
            assertThat(Upstream.readHead(client.in())).startsWith("HTTP/1.1 200 OK");
            assertThat(client.in().transferTo(java.io.OutputStream.nullOutputStream()))
                    .isEqualTo(size);
        }
    }

    @Test
    void anEarlyAnswerToALongUploadArrives() throws Exception {
        try (Upstream strict = Upstream.start(socket -> {
                    Upstream.readHead(socket.getInputStream());
                    socket.getOutputStream()
                            .write("HTTP/1.1 413 Too Large\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.shutdownOutput();
                    socket.getInputStream().readNBytes(1 << 20);
                });
                Door wide = net.open("good.test:" + strict.port())) {
            String answer = Client.ask(
                    wide.socket(),
                    "PUT http://good.test:" + strict.port() + "/ HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 413 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
                "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                "Content-Length: 3, 3\r\n\r\nabc",
                "Content-Length: +3\r\n\r\nabc",
                "Content-Length: 0x3\r\n\r\nabc",
                "Content-Length: \r\n\r\n",
                "Content-Length: 99999999999999999999\r\n\r\n",
                "Transfer-Encoding: gzip, chunked\r\n\r\n",
                "Transfer-Encoding: identity\r\n\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                "Transfer-Encoding : chunked\r\n\r\n",
                " Transfer-Encoding: chunked\r\n\r\n",
                "X: a\r\n Transfer-Encoding: chunked\r\n\r\n",
                "X: a\nTransfer-Encoding: chunked\r\n\r\n",
                "X: a\rTransfer-Encoding: chunked\r\n\r\n",
                "X: \0\r\n\r\n",
                "no colon\r\n\r\n",
                ": no name\r\n\r\n"
            })
    void aHeadOfTwoMeaningsNeverReachesTheServer(String rest) throws Exception {
        assertThat(ask("POST", "/", rest)).startsWith("HTTP/1.1 400 ").contains("pond-egress: ");
        assertThat(server.accepted()).isZero();
        assertThat(door.refused()).hasSize(1);
    }

    @Test
    void aCodingIsNotForTheOldVersion() throws Exception {
        assertThat(Client.ask(
                        door.socket(),
                        "POST http://good.test:" + server.port() + "/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n",
                "-1\r\n",
                "0x1\r\n",
                "1;a=b\r\nx\r\n",
                " 1\r\nx\r\n",
                "1 \r\nx\r\n",
                "1\nx\r\n",
                "\r\n",
                "1\r\nxy\r\n",
                "1\r\nx\n0\r\n\r\n",
                "fffffffffffffffff\r\n",
                "0\r\nno colon\r\n\r\n",
                "0\r\nA: b\n\r\n"
            })
    void aBadChunkIsRefused(String body) throws Exception {
        assertThat(ask("POST", "/", "Transfer-Encoding: chunked\r\n\r\n" + body))
                .startsWith("HTTP/1.1 400 ")
                .contains("a bad chunk in the body");
        assertThat(door.refused()).hasSize(1);
    }
}
