package pond.server.sources;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.jspecify.annotations.Nullable;
import pond.common.definition.SourceSpec;
import pond.server.sources.guard.FetchScope;
import pond.server.sources.guard.GuardedHttp;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;
import pond.server.sources.guard.SourceUrl;

/**
 * How one git source, with its submodules, reaches its hosts: the credential and where it may go, and how many bytes may
 * come back. JGit itself is given no credential; it is added here to requests for the source's own scheme, host and port,
 * so neither a redirect nor a submodule can carry it away. For one thread.
 */
final class GitAccess implements HttpConnectionFactory {
    /** GitHub's name for a token's owner; GitLab, Gitea and Bitbucket's tokens go with any name that is not empty. */
    private static final String TOKEN_USER = "x-access-token";

    private final GuardedHttp http;
    private final FetchScope scope;
    private final SourceUrl origin;
    private final @Nullable String authorization;
    private final long maxBytes;
    private long received;

    GitAccess(GuardedHttp http, FetchScope scope, SourceSpec.GitHttps config, long maxBytes) throws SourceException {
        this.http = http;
        this.scope = scope;
        this.origin = SourceUrl.parse(config.url());
        this.authorization = authorization(config);
        this.maxBytes = maxBytes;
    }

    private static @Nullable String authorization(SourceSpec.GitHttps config) {
        if (config.token() == null && config.username() == null) {
            return null;
        }
        String login = config.token() != null
                ? TOKEN_USER + ":" + config.token()
                : config.username() + ":"
                        + Optional.ofNullable(config.password()).orElse("");
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    GuardedHttp http() {
        return http;
    }

    FetchScope scope() {
        return scope;
    }

    /** What to send as {@code Authorization} to this url, if anything. */
    Optional<String> authorizationFor(SourceUrl url) {
        return url.sameOrigin(origin) ? Optional.ofNullable(authorization) : Optional.empty();
    }

    long received() {
        return received;
    }

    /** Counts a body against the cap. */
    InputStream metered(InputStream body) {
        return new FilterInputStream(body) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                received += Math.max(count, 0);
                if (received > maxBytes) {
                    throw new SourceException(
                            Code.SOURCE_TOO_LARGE, "the repository transfers more than " + maxBytes + " bytes");
                }
                return count;
            }
        };
    }

    @Override
    public HttpConnection create(URL url) throws IOException {
        return new GitConnection(SourceUrl.parse(url.toString()), url, this);
    }

    /** The proxy that JGit found in the process's settings is left aside: behind one no address could be checked. */
    @Override
    public HttpConnection create(URL url, @Nullable Proxy proxy) throws IOException {
        return create(url);
    }
}
