package pond.server.sources.guard;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import pond.server.sources.guard.SourceException.Code;

/**
 * HTTP/1.1, one request per connection, to an address that {@link AddressRules} has vetted. Neither client of the JDK
 * can promise that: both look the name up themselves, later and again, and check the certificate against whatever host
 * stands in the url, so that one can have either the vetted address or the name check; they also obey proxies,
 * authenticators and cookie handlers that are set for the whole process. What is needed here is small: a socket connected
 * by address, TLS upon it with the name for SNI and the certificate check, a request, a head, a body. No keep-alive, no
 * compression, no cookies, no proxy (behind one the address could not be checked). Safe for use by several threads.
 */
public final class GuardedHttp {
    private static final int MAX_REDIRECTS = 5;
    private static final int MAX_ADDRESSES = 4;

    private final AddressRules rules;
    private final SSLSocketFactory tls;
    private final int connectMillis;
    private final int idleMillis;

    public GuardedHttp(AddressRules rules, SSLSocketFactory tls, SourceSettings settings) {
        this(rules, tls, settings.connectTimeout(), settings.idleTimeout());
    }

    /**
     * With timeouts of its own.
     *
     * @param connect for one address of a host
     * @param idle how long a connection may stay silent
     */
    public GuardedHttp(AddressRules rules, SSLSocketFactory tls, Duration connect, Duration idle) {
        this.rules = rules;
        this.tls = tls;
        this.connectMillis = Math.toIntExact(connect.toMillis());
        this.idleMillis = Math.toIntExact(idle.toMillis());
    }

    /** Follows up to five redirects, each checked like the first address, never from https to http. */
    public HttpReply get(SourceUrl start, FetchScope scope) throws IOException {
        var url = start;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            var reply = send("GET", url, Map.of("Accept", "*/*"), new byte[0], scope);
            var location = reply.header("Location");
            if (!reply.isRedirect() || location.isEmpty()) {
                return reply;
            }
            reply.close();
            var next = url.resolve(location.get());
            if (url.isHttps() && !next.isHttps()) {
                throw new SourceException(Code.SOURCE_REFUSED, "a redirect leads from https to http");
            }
            url = next;
        }
        throw new SourceException(Code.SOURCE_REFUSED, "more than " + MAX_REDIRECTS + " redirects");
    }

    /**
     * One request, whatever its answer; it follows no redirect and repeats nothing. A method other than GET has a body,
     * even an empty one.
     */
    public HttpReply send(String method, SourceUrl url, Map<String, String> headers, byte[] body, FetchScope scope)
            throws SourceException {
        var socket = connect(url, rules.vet(url), scope);
        var connection = new Connection(socket, scope);
        try {
            var wire = url.isHttps() ? secure(socket, url) : socket;
            OutputStream out = wire.getOutputStream();
            out.write(head(method, url, headers, body.length));
            out.write(body);
            out.flush();
            return HttpReply.read(new BufferedInputStream(wire.getInputStream(), 1 << 14), connection);
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw failure(e, scope);
        }
    }

    private static SourceException failure(Exception e, FetchScope scope) {
        if (e instanceof IOException failed) {
            boolean handshake = failed instanceof SSLException;
            String step = handshake
                    ? "the TLS handshake failed: the certificate is not trusted or not for this name"
                    : "the host did not answer a request properly";
            return scope.reason(failed, Code.SOURCE_UNREACHABLE, step);
        }
        return new SourceException(Code.SOURCE_UNREACHABLE, "the request could not be made", e);
    }

    private Socket connect(SourceUrl url, List<InetAddress> addresses, FetchScope scope) throws SourceException {
        var last = new IOException("the name has no address");
        for (var address : addresses.subList(0, Math.min(addresses.size(), MAX_ADDRESSES))) {
            var socket = new Socket(Proxy.NO_PROXY);
            var connection = new Connection(socket, scope);
            try {
                scope.guard(socket);
                socket.setSoTimeout(idleMillis);
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(address, url.port()), connectMillis);
                return socket;
            } catch (IOException e) {
                connection.close();
                last = e;
                scope.check();
            }
        }
        throw scope.reason(last, Code.SOURCE_UNREACHABLE, "cannot connect to " + url.authority());
    }

    /** The handshake fails when the certificate is not for the name in the url, whichever address answers. */
    private Socket secure(Socket socket, SourceUrl url) throws IOException {
        var secured = (SSLSocket) tls.createSocket(socket, url.host(), url.port(), true);
        var parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (!url.numericHost()) {
            parameters.setServerNames(List.of(new SNIHostName(url.host())));
        }
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private static byte[] head(String method, SourceUrl url, Map<String, String> headers, int length) {
        var head = new StringBuilder(method + " " + url.target() + " HTTP/1.1\r\nHost: " + url.authority() + "\r\n");
        headers.forEach((name, value) -> head.append(line(name, value)));
        head.append(line("Connection", "close"));
        if (!method.equals("GET")) {
            head.append(line("Content-Length", Integer.toString(length)));
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String line(String name, String value) {
        if ((name + value).chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new IllegalArgumentException("header " + name);
        }
        return name + ": " + value + "\r\n";
    }
}
