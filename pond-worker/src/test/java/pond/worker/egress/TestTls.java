package pond.worker.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority of the test's own and one certificate by it, made with the JDK's keytool. */
public final class TestTls {
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final SSLContext server;
    private final SSLContext client;

    /** @param names the hosts of the certificate */
    public TestTls(Path folder, String... names) throws Exception {
        this.folder = folder;
        String hosts = "SAN=dns:" + String.join(",dns:", names);
        keytool("-genkeypair", "ca", "-keyalg", "EC", "-validity", "2", "-dname", "CN=Test CA", "-ext", "bc=ca:true");
        keytool("-exportcert", "ca", "-rfc", "-file", ca().toString());
        keytool("-genkeypair", "x", "-keyalg", "EC", "-validity", "2", "-dname", "CN=" + names[0]);
        keytool("-certreq", "x", "-file", file("x.csr"));
        keytool(
                "-gencert",
                "ca",
                "-rfc",
                "-validity",
                "2",
                "-infile",
                file("x.csr"),
                "-outfile",
                file("x.pem"),
                "-ext",
                hosts);
        keytool("-importcert", "x", "-file", file("x.pem"), "-noprompt");
        KeyStore keys = KeyStore.getInstance(folder.resolve("keys.p12").toFile(), PASSWORD.toCharArray());
        keys.deleteEntry("ca");
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        server = SSLContext.getInstance("TLS");
        server.init(own.getKeyManagers(), null, null);
        client = SSLContext.getInstance("TLS");
        client.init(null, trust().getTrustManagers(), null);
    }

    private TrustManagerFactory trust() throws Exception {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        try (var in = Files.newInputStream(ca())) {
            var factory = java.security.cert.CertificateFactory.getInstance("X.509");
            X509Certificate certificate = (X509Certificate) factory.generateCertificate(in);
            assertThat(Base64.getEncoder().encodeToString(certificate.getEncoded()))
                    .isNotEmpty();
            anchors.setCertificateEntry("ca", certificate);
        }
        try (var out = Files.newOutputStream(trustStore())) {
            anchors.store(out, PASSWORD.toCharArray());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(anchors);
        return trust;
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void keytool(String action, String alias, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                action,
                "-alias",
                alias,
                "-keystore",
                file("keys.p12"),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
        command.addAll(List.of(more));
        Path log = folder.resolve("keytool.log");
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(Files.readString(log)).isZero();
    }

    /** The authority's certificate as PEM. */
    public Path ca() {
        return folder.resolve("ca.pem");
    }

    /** The same for Java: PKCS12 with the password {@code changeit}. */
    public Path trustStore() {
        return folder.resolve("trust.p12");
    }

    SSLContext client() {
        return client;
    }

    public SSLContext server() {
        return server;
    }

    /** A TLS server on 127.0.0.1. */
    Upstream start(Upstream.Handler handler) throws IOException {
        return Upstream.start(
                server.getServerSocketFactory().createServerSocket(0, 200, InetAddress.getLoopbackAddress()), handler);
    }
}
