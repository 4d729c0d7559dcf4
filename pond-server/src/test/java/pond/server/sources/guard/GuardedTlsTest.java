package pond.server.sources.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.sources.guard.Guards.assertRefused;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import pond.server.sources.guard.SourceException.Code;

/** The connection goes to the vetted address, the certificate is checked against the name. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuardedTlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final SourceSettings SETTINGS = Guards.settings("good.test, other.test, 127.0.0.1", null, 1 << 20);

    private SSLContext tls;
    private RawServer server;
    private final FetchScope scope = Guards.scope();

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        tls = context(certificateFor("good.test", temp));
        server = serve("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }

    private RawServer serve(String answer) throws IOException {
        var socket = (SSLServerSocket)
                tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var parameters = socket.getSSLParameters();
        // The server hangs up on a client that does not name it.
        parameters.setSNIMatchers(List.of(javax.net.ssl.SNIHostName.createSNIMatcher("(good|other)\\.test")));
        socket.setSSLParameters(parameters);
        return RawServer.answering(socket, answer);
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
        scope.close();
    }

    private KeyStore certificateFor(String name, Path temp) throws Exception {
        var file = temp.resolve(name + ".p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "x",
                        "-keyalg",
                        "EC",
                        "-storetype",
                        "PKCS12",
                        "-validity",
                        "2",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString(),
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "SAN=dns:" + name)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(file).as(Files.readString(temp.resolve("keytool.log"))).exists();
        return KeyStore.getInstance(file.toFile(), PASSWORD);
    }

    private static SSLContext context(KeyStore store) throws Exception {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        // A key entry is no trust anchor: the certificate alone goes into the store of trust.
        var anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry("x", store.getCertificate("x"));
        trust.init(anchors);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private int get(String host, SSLSocketFactory factory) throws IOException {
        return get(host, server, factory);
    }

    private int get(String host, RawServer from, SSLSocketFactory factory) throws IOException {
        HostResolver resolver = name -> List.of(InetAddress.getLoopbackAddress());
        var http = new GuardedHttp(new AddressRules(SETTINGS.allowedHosts(), resolver), factory, SETTINGS);
        try (var reply = http.get(SourceUrl.parse("https://" + host + ":" + from.port() + "/"), scope)) {
            return reply.body().readAllBytes().length;
        }
    }

    @Test
    void theNameOfTheCertificateIsAccepted() throws IOException {
        assertThat(get("good.test", tls.getSocketFactory())).isEqualTo(2);
    }

    @Test
    void anotherNameAtTheSameAddressIsRefused() {
        assertRefused(Code.SOURCE_UNREACHABLE, () -> get("other.test", tls.getSocketFactory()))
                .hasMessageContaining("TLS");
    }

    @Test
    void theAddressItselfIsNotTheName() {
        assertRefused(Code.SOURCE_UNREACHABLE, () -> get("127.0.0.1", tls.getSocketFactory()));
    }

    /** Also to a host that may be spoken to in plain http: what began in secret goes on so. */
    @Test
    void aRedirectToPlainHttpIsNotFollowed() throws IOException {
        try (RawServer plain = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                RawServer secure = serve("HTTP/1.1 302 Found\r\nLocation: " + plain.url("good.test")
                        + "\r\nContent-Length: 0\r\n\r\n")) {
            assertRefused(Code.SOURCE_REFUSED, () -> get("good.test", secure, tls.getSocketFactory()))
                    .hasMessageContaining("from https to http");
            assertThat(plain.heads).isEmpty();
        }
    }

    @Test
    void anUnknownIssuerIsRefused() {
        assertRefused(Code.SOURCE_UNREACHABLE, () -> get("good.test", (SSLSocketFactory) SSLSocketFactory.getDefault()))
                .hasMessageContaining("TLS");
    }
}
