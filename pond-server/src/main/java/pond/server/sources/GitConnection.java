package pond.server.sources;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.jspecify.annotations.Nullable;
import pond.server.sources.guard.HttpReply;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;
import pond.server.sources.guard.SourceUrl;

/**
 * One request of JGit's, made by the guarded client when its answer is first asked for. Redirects go back to JGit, which
 * follows those of the first request by opening a new connection, checked like this one. Statuses that end a fetch become
 * failures here, where their meaning is known.
 */
final class GitConnection implements HttpConnection {
    private static final int MAX_REQUEST_BYTES = 16 << 20;

    private final SourceUrl url;
    private final URL given;
    private final GitAccess access;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final ByteArrayOutputStream body = new Body();
    private String method = "GET";
    private @Nullable HttpReply reply;

    GitConnection(SourceUrl url, URL given, GitAccess access) {
        this.url = url;
        this.given = given;
        this.access = access;
    }

    private HttpReply reply() throws IOException {
        if (reply == null) {
            // Git data is compressed already, and unpacking an encoding would get around the cap on bytes.
            headers.remove("Accept-Encoding");
            headers.remove("Authorization");
            access.authorizationFor(url).ifPresent(value -> headers.put("Authorization", value));
            var came = access.http().send(method, url, headers, body.toByteArray(), access.scope());
            reply = came;
            check(came);
            return came;
        }
        return reply;
    }

    private void check(HttpReply came) throws IOException {
        var failure = failure(came);
        if (failure != null) {
            came.close();
            throw failure;
        }
    }

    private @Nullable SourceException failure(HttpReply came) {
        int status = came.status();
        if (status == 401 || status == 403) {
            String login = access.authorizationFor(url).isPresent() ? "refused this login" : "asks for a login";
            return new SourceException(Code.SOURCE_AUTH_FAILED, "the git host " + login);
        }
        if (status == 404 || status == 410) {
            return new SourceException(Code.SOURCE_NOT_FOUND, "there is no such repository");
        }
        if (came.isRedirect()) {
            return null;
        }
        if (status != 200) {
            return new SourceException(Code.SOURCE_UNREACHABLE, "the git host answered with an error");
        }
        boolean encoded = came.header("Content-Encoding").isPresent();
        String service = method.equals("GET") ? "application/x-git-upload-pack-advertisement" : "";
        if (encoded || !came.header("Content-Type").orElse("").startsWith(service)) {
            // Without the type JGit would take it for a folder of loose objects and ask for them one by one.
            return new SourceException(Code.SOURCE_INVALID, "the url does not lead to a git repository");
        }
        return null;
    }

    @Override
    public int getResponseCode() throws IOException {
        return reply().status();
    }

    @Override
    public String getResponseMessage() throws IOException {
        return Integer.toString(reply().status());
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return access.metered(reply().body());
    }

    @Override
    public OutputStream getOutputStream() {
        return body;
    }

    @Override
    public void connect() throws IOException {
        reply();
    }

    @Override
    public Map<String, List<String>> getHeaderFields() {
        return reply == null ? Map.of() : reply.headers();
    }

    @Override
    public List<String> getHeaderFields(String name) {
        return getHeaderFields().getOrDefault(name, List.of());
    }

    @Override
    public @Nullable String getHeaderField(String name) {
        var values = getHeaderFields(name);
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public @Nullable String getContentType() {
        return getHeaderField("Content-Type");
    }

    /** Unknown: bodies end by their framing. */
    @Override
    public int getContentLength() {
        return -1;
    }

    @Override
    public URL getURL() {
        return given;
    }

    @Override
    public String getRequestMethod() {
        return method;
    }

    @Override
    public void setRequestMethod(String method) {
        this.method = method;
    }

    @Override
    public void setRequestProperty(String name, String value) {
        headers.put(name, value);
    }

    @Override
    public boolean usingProxy() {
        return false;
    }

    // The rest is the guarded client's own business: its timeouts, its trust, its framing.

    @Override
    public void setUseCaches(boolean usecaches) {}

    @Override
    public void setConnectTimeout(int timeout) {}

    @Override
    public void setReadTimeout(int readTimeout) {}

    @Override
    public void setInstanceFollowRedirects(boolean followRedirects) {}

    @Override
    public void setDoOutput(boolean dooutput) {}

    @Override
    public void setFixedLengthStreamingMode(int contentLength) {}

    @Override
    public void setChunkedStreamingMode(int chunklen) {}

    @Override
    public void configure(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
        throw new UnsupportedOperationException("trust is not JGit's to change");
    }

    @Override
    public void setHostnameVerifier(HostnameVerifier verifier) {
        throw new UnsupportedOperationException("trust is not JGit's to change");
    }

    private static final class Body extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (size() + (long) length > MAX_REQUEST_BYTES) {
                throw new IllegalStateException("request too long");
            }
            super.write(bytes, offset, length);
        }
    }
}
