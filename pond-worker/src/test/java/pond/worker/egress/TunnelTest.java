package pond.worker.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a tunnel once it is granted, and to clients that keep one waiting. */
@Timeout(60)
class TunnelTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path temp;

    private Net net;

    @BeforeEach
    void start() throws IOException {
        net = new Net(temp).name("good.test", "127.0.0.1");
    }

    @AfterEach
    void stop() throws IOException {
        net.close();
    }

    private static EgressLimits limits(int connections, Duration idle, OptionalLong bytes) {
        return new EgressLimits(Net.QUICK.head(), Net.QUICK.connect(), idle, connections, bytes);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("pond-egress-"))
                .count();
    }

    @Test
    void carriesMuchBothWaysAtOnceInLittleMemory() throws Exception {
        int size = 64 << 20;
        AtomicLong wrong = new AtomicLong();
        try (Upstream echo = Upstream.echo();
                Door door = net.open("good.test:" + echo.port());
                Client client = Client.tunnel(door.socket(), "good.test:" + echo.port())) {
            Thread writer = Upstream.daemon(() -> {
                try (OutputStream out = client.out()) {
                    Random random = new Random(7);
                    byte[] block = new byte[1 << 16];
                    for (int sent = 0; sent < size; sent += block.length) {
                        random.nextBytes(block);
                        out.write(block);
                    }
                    client.endOutput();
                } catch (IOException e) {
                    wrong.incrementAndGet();
                }
            });
            Random random = new Random(7);
            byte[] expected = new byte[1 << 16];
            for (int received = 0; received < size; received += expected.length) {
                random.nextBytes(expected);
                if (!Arrays.equals(client.in().readNBytes(expected.length), expected)) {
                    wrong.incrementAndGet();
                }
            }
            assertThat(client.in().read()).isEqualTo(-1);
            writer.join();
            assertThat(wrong).hasValue(0);
            assertThat(door.bytes()).isEqualTo(2L * size);
        }
    }

    @Test
    void takesNoMoreFromAClientThanTheServerReads() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        AtomicLong sent = new AtomicLong();
        try (Upstream deaf = Upstream.start(socket -> done.await());
                Door door = net.open("good.test:" + deaf.port());
                Client client = Client.tunnel(door.socket(), "good.test:" + deaf.port())) {
            Upstream.daemon(() -> {
                try {
                    byte[] block = new byte[1 << 16];
                    while (sent.addAndGet(block.length) < 1L << 30) {
                        client.send(block);
                    }
                } catch (IOException e) {
                    // The test is over.
                }
            });
            AtomicLong before = new AtomicLong(-1);
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> before.getAndSet(sent.get()) == sent.get());

            // What the kernel holds for both sockets, and our two buffers of 32 KiB.
            assertThat(sent.get()).isLessThan(64L << 20);
            done.countDown();
        }
    }

    @Test
    void aHalfThatIsClosedStaysClosedAndTheOtherGoesOn() throws Exception {
        try (Upstream late = Upstream.start(socket -> {
                    int count = socket.getInputStream().readAllBytes().length;
                    socket.getOutputStream()
                            .write(("got " + count).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                });
                Door door = net.open("good.test:" + late.port());
                Client client = Client.tunnel(door.socket(), "good.test:" + late.port())) {
            client.send("12345");
            client.endOutput();

            assertThat(client.readToEnd()).isEqualTo("got 5");
        }
    }

    @Test
    void aSlowHeadIsCutOff() throws Exception {
        try (Door door = net.open("good.test");
                Client client = new Client(door.socket())) {
            client.send("CONNECT good.te");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400 ").contains("no whole request within");
        }
    }

    @Test
    void aHeadThatTricklesIsCutOffAllTheSame() throws Exception {
        CountDownLatch cut = new CountDownLatch(1);
        try (Door door = net.open("good.test");
                Client client = new Client(door.socket())) {
            client.send("CONNECT good.test:443 HTTP/1.1\r\n");
            Upstream.daemon(() -> {
                try {
                    while (!cut.await(50, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                        client.send("X: y\r\n");
                    }
                } catch (IOException | InterruptedException e) {
                    // Cut off, as it should be.
                }
            });

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400 ");
            cut.countDown();
        }
    }

    @Test
    void aLongHeadIsRefused() throws Exception {
        try (Door door = net.open("good.test")) {
            String answer = Client.ask(
                    door.socket(), "CONNECT good.test:443 HTTP/1.1\r\nX: " + "y".repeat(20_000) + "\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 400 ").contains("longer than 16384 bytes");
        }
    }

    @Test
    void aClientThatSaysNothingWholeLeavesNothingBehind() throws Exception {
        try (Door door = net.open("good.test")) {
            try (Client client = new Client(door.socket())) {
                client.send("CONN");
            }
            await().atMost(SOON).until(() -> threads() == 1);
            assertThat(door.refused()).isEmpty();
        }
    }

    @Test
    void anIdleTunnelIsClosed() throws Exception {
        try (Upstream echo = Upstream.echo();
                Door door = net.open(
                        limits(64, Duration.ofMillis(300), OptionalLong.empty()),
                        "127.0.0.0/8",
                        "good.test:" + echo.port());
                Client client = Client.tunnel(door.socket(), "good.test:" + echo.port())) {
            client.send("x");
            assertThat(client.read(1)).isEqualTo("x");

            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void furtherConnectionsWaitForAPlace() throws Exception {
        List<Client> open = new ArrayList<>();
        try (Upstream echo = Upstream.echo();
                Door door = net.open("good.test:" + echo.port())) {
            for (int i = 0; i < 64; i++) {
                open.add(Client.tunnel(door.socket(), "good.test:" + echo.port()));
            }
            try (Client waiting = new Client(door.socket())) {
                waiting.send("CONNECT good.test:" + echo.port() + " HTTP/1.1\r\n\r\n");
                await().during(Duration.ofMillis(300)).atMost(SOON).until(() -> echo.accepted() == 64);
                assertThat(threads()).isLessThanOrEqualTo(65);

                open.remove(0).close();

                assertThat(Upstream.readHead(waiting.in())).startsWith("HTTP/1.1 200 ");
            }
        } finally {
            for (Client client : open) {
                client.close();
            }
        }
    }

    @Test
    void theStagesShareOfBytesEndsItsConnections() throws Exception {
        try (Upstream echo = Upstream.echo();
                Door door = net.open(
                        limits(64, SOON, OptionalLong.of(100_000)), "127.0.0.0/8", "good.test:" + echo.port());
                Client client = Client.tunnel(door.socket(), "good.test:" + echo.port())) {
            client.send(new byte[200_000]);

            assertThat(client.readBytesToEnd().length).isLessThanOrEqualTo(100_000);
            await().atMost(SOON).until(() -> !door.refused().isEmpty());
            assertThat(Client.connect(door.socket(), "good.test:" + echo.port()))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("the stage's limit of 100000 bytes is used up");
        }
    }

    @Test
    void aHostThatDoesNotAnswerIsSaidToBeOutOfReach() throws Exception {
        Upstream gone = Upstream.echo();
        gone.close();
        try (Door door = net.open("good.test:" + gone.port(), "nowhere.test")) {
            assertThat(Client.connect(door.socket(), "good.test:" + gone.port()))
                    .startsWith("HTTP/1.1 502 ")
                    .contains("good.test:" + gone.port() + " cannot be reached (Connection refused)");
            assertThat(Client.connect(door.socket(), "nowhere.test:443"))
                    .startsWith("HTTP/1.1 502 ")
                    .contains("the name has no address");
            assertThat(door.refused()).isEmpty();
            assertThat(net.log()).hasSize(2).allMatch(line -> line.contains("cannot be reached"));
        }
    }

    @Test
    void theSecondAddressIsTriedWhenTheFirstDoesNotAnswer() throws Exception {
        try (Upstream echo = Upstream.echo()) {
            net.name("two.test", "127.9.9.9", "127.0.0.1");
            Door door = net.open("two.test:" + echo.port());
            try (Client client = Client.tunnel(door.socket(), "two.test:" + echo.port())) {
                client.send("x");
                assertThat(client.read(1)).isEqualTo("x");
            }
        }
    }

    @Test
    void closeEndsWhatStreamsAndRemovesTheSocket() throws Exception {
        try (Upstream endless = Upstream.start(TunnelTest::writeForEver)) {
            Door door = net.open("good.test:" + endless.port());
            try (Client client = Client.tunnel(door.socket(), "good.test:" + endless.port());
                    Client waiting = new Client(door.socket())) {
                assertThat(client.in().readNBytes(1 << 20)).hasSize(1 << 20);

                long begun = System.nanoTime();
                door.close();

                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
                assertThat(client.readBytesToEnd().length).isLessThan(8 << 20);
                assertThat(waiting.readToEnd()).isEmpty();
                assertThat(door.socket()).doesNotExist();
                await().atMost(SOON).until(() -> threads() == 0);
                door.close();
            }
        }
    }

    private static void writeForEver(Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        byte[] block = new byte[1 << 16];
        while (!socket.isClosed()) {
            out.write(block);
        }
    }

    @Test
    void refusalsAreLoggedOnceAndNoMoreThanAHundredOfThem() throws Exception {
        Door door = net.open("good.test");
        for (int i = 0; i < 120; i++) {
            Client.connect(door.socket(), "other" + i + ".test:443");
            Client.connect(door.socket(), "same.test:443");
        }
        assertThat(door.refused()).hasSize(100).contains("egress: same.test:443 (the host is not allowed)");
        assertThat(net.log()).hasSize(100);

        door.close();

        assertThat(net.log()).hasSize(101).last().asString().isEqualTo("egress: 240 connections, 0 bytes, 240 refused");
    }

    @Test
    void theSocketIsForTheStagesUserAlone() throws Exception {
        try (Door door = net.open("good.test")) {
            assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(door.socket())))
                    .isEqualTo("rw-------");
            assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(door.socket().resolveSibling(""))))
                    .isEqualTo("rwx--x--x");
        }
    }

    @Test
    void aGreetingOfAServerIsNotHeldBack() throws Exception {
        try (Upstream talkative = Upstream.start(socket -> {
                    socket.getOutputStream()
                            .write("SSH-2.0-x\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    InputStream in = socket.getInputStream();
                    in.transferTo(socket.getOutputStream());
                });
                Door door = net.open("good.test:" + talkative.port());
                Client client = Client.tunnel(door.socket(), "good.test:" + talkative.port())) {
            assertThat(client.read(11)).isEqualTo("SSH-2.0-x\r\n");
            client.send("SSH-2.0-y\r\n");
            assertThat(client.read(11)).isEqualTo("SSH-2.0-y\r\n");
        }
    }
}
