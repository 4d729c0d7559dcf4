package pond.worker.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A TLS greeting must name the host that the tunnel is for, however it is cut into pieces. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerNameTest {
    private TestTls tls;
    private Net net;
    private Upstream server;
    private Upstream echo;
    private Door door;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        tls = new TestTls(temp, "good.test", "other.test");
        net = new Net(temp).name("good.test", "127.0.0.1");
        server = tls.start(socket -> {
            Upstream.readHead(socket.getInputStream());
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\nsecret".getBytes(StandardCharsets.US_ASCII));
        });
        echo = Upstream.echo();
        door = net.open("good.test:" + server.port(), "good.test:" + echo.port());
    }

    @AfterAll
    void stop() throws IOException {
        net.close();
        server.close();
        echo.close();
    }

    private SSLEngine engine(List<String> names) {
        SSLEngine engine = tls.client().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(names.stream()
                .map(name -> (javax.net.ssl.SNIServerName) new SNIHostName(name))
                .toList());
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** The first flight of a real client. */
    private byte[] greeting(String... names) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(1 << 15);
        SSLEngine engine = engine(List.of(names));
        engine.beginHandshake();
        assertThat(engine.wrap(ByteBuffer.allocate(0), out).getStatus()).isEqualTo(SSLEngineResult.Status.OK);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** The same handshake message, in records of a few bytes. */
    private static byte[] inSmallRecords(byte[] greeting, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 5; i < greeting.length; i += size) {
            int length = Math.min(size, greeting.length - i);
            out.writeBytes(new byte[] {22, 3, 1, 0, (byte) length});
            out.write(greeting, i, length);
        }
        return out.toByteArray();
    }

    private void assertRefused(byte[] greeting, int pieces) throws IOException {
        try (Client client = Client.tunnel(door.socket(), "good.test:" + echo.port())) {
            for (int i = 0; i < greeting.length; i += pieces) {
                client.send(Arrays.copyOfRange(greeting, i, Math.min(greeting.length, i + pieces)));
            }
            assertThat(client.readBytesToEnd()).containsExactly(21, 3, 3, 0, 2, 2, 112);
        }
    }

    private void assertPasses(byte[] bytes, int pieces) throws IOException {
        try (Client client = Client.tunnel(door.socket(), "good.test:" + echo.port())) {
            for (int i = 0; i < bytes.length; i += pieces) {
                client.send(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + pieces)));
            }
            assertThat(client.in().readNBytes(bytes.length)).isEqualTo(bytes);
        }
    }

    @Test
    void theSameNamePassesInAnyPieces() throws Exception {
        assertPasses(greeting("good.test"), 1 << 15);
        assertPasses(greeting("good.test"), 7);
        assertPasses(inSmallRecords(greeting("GOOD.test"), 11), 13);
        assertPasses(inSmallRecords(greeting("good.test"), 1), 1 << 15);
    }

    @Test
    void anotherNameIsRefusedInAnyPieces() throws Exception {
        assertRefused(greeting("other.test"), 1 << 15);
        assertRefused(greeting("other.test"), 7);
        assertRefused(inSmallRecords(greeting("other.test"), 11), 13);
        assertRefused(inSmallRecords(greeting("other.test"), 1), 1 << 15);
        assertRefused(greeting("good.test.evil.test"), 1 << 15);

        assertThat(door.refused())
                .contains("egress: good.test:" + echo.port() + " (the TLS greeting names another host: other.test)");
    }

    @Test
    void aGreetingWithoutANamePasses() throws Exception {
        assertPasses(greeting(), 1 << 15);
    }

    @Test
    void whatIsNotTlsPasses() throws Exception {
        assertPasses("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 3);
    }

    @Test
    void aGreetingThatCannotBeReadIsRefused() throws Exception {
        byte[] cut = greeting("good.test");
        // The length of the cipher suites, behind the session id.
        int suites = 44 + cut[43];
        Arrays.fill(cut, suites, suites + 2, (byte) 0xff);
        assertRefused(cut, 1 << 15);

        byte[] endless = new byte[40_000];
        Arrays.fill(endless, (byte) 22);
        System.arraycopy(new byte[] {22, 3, 1, 64, 0, 1, 0, 64, 0}, 0, endless, 0, 9);
        assertRefused(endless, 1 << 15);

        assertRefused(new byte[] {22, 3, 1, 0, 4, 2, 0, 0, 0}, 1 << 15);
    }

    @Test
    void aRealHandshakeGoesThroughAndOneForAnotherHostDoesNot() throws Exception {
        assertThat(fetch("good.test")).endsWith("secret");

        assertThatThrownBy(() -> fetch("other.test"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unrecognized_name");
    }

    /** A TLS client over TCP, as in a sandbox with a relay. */
    private String fetch(String name) throws IOException {
        try (Upstream relay = Upstream.start(this::relay);
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), relay.port())) {
            String connect = "CONNECT good.test:" + server.port() + " HTTP/1.1\r\n\r\n";
            plain.getOutputStream().write(connect.getBytes(StandardCharsets.US_ASCII));
            assertThat(Upstream.readHead(plain.getInputStream())).startsWith("HTTP/1.1 200 ");
            Socket secure = tls.client().getSocketFactory().createSocket(plain, name, server.port(), true);
            secure.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(secure.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private void relay(Socket socket) throws IOException {
        try (Client client = new Client(door.socket())) {
            OutputStream back = socket.getOutputStream();
            Upstream.daemon(() -> {
                try {
                    client.in().transferTo(back);
                    socket.shutdownOutput();
                } catch (IOException e) {
                    // The test has what it wants.
                }
            });
            socket.getInputStream().transferTo(client.out());
        }
    }
}
