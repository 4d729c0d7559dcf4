package pond.worker.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whom a TLS connection trusts: the system's authorities, and those of a file. */
record Trust(SSLSocketFactory sockets, X509TrustManager authorities) {
    /** @throws IOException when the file cannot be read or holds no certificate */
    static Trust with(Path caFile) throws IOException {
        try {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            int number = 0;
            for (X509Certificate one : authorities(null).getAcceptedIssuers()) {
                all.setCertificateEntry("system-" + number++, one);
            }
            for (Certificate one : read(caFile)) {
                all.setCertificateEntry("file-" + number++, one);
            }
            X509TrustManager authorities = authorities(all);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {authorities}, null);
            return new Trust(tls.getSocketFactory(), authorities);
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificates in " + caFile + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static Collection<? extends Certificate> read(Path caFile) throws IOException, GeneralSecurityException {
        try (InputStream pem = Files.newInputStream(caFile)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (found.isEmpty()) {
                throw new IOException(caFile + " holds no certificate");
            }
            return found;
        }
    }

    /** Null: the system's. */
    private static X509TrustManager authorities(@Nullable KeyStore of) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(of);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow(() -> new GeneralSecurityException("this JVM has no X.509 trust"));
    }
}
