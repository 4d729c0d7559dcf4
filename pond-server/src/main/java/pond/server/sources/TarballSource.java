package pond.server.sources;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pond.common.definition.SourceSpec;
import pond.server.sources.guard.Digests;
import pond.server.sources.guard.FetchScope;
import pond.server.sources.guard.GuardedHttp;
import pond.server.sources.guard.HttpReply;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;
import pond.server.sources.guard.SourceSettings;
import pond.server.sources.guard.SourceUrl;

/**
 * An archive over http. It is downloaded whole and its digest compared before a byte of it is looked at, then read entry
 * by entry straight into the bundle.
 */
final class TarballSource {
    private final GuardedHttp http;
    private final SourceSettings settings;

    TarballSource(GuardedHttp http, SourceSettings settings) {
        this.http = http;
        this.settings = settings;
    }

    String fetch(SourceSpec.Tarball config, BundleFolder target, FetchStep step) throws IOException {
        var url = SourceUrl.parse(config.url());
        var archive = step.temp().resolve("archive");
        step.log().line("downloading " + url.display());
        String sha256 = download(url, archive, step.scope());
        step.log().line("downloaded " + Files.size(archive) + " bytes, sha256 " + sha256);
        verify(config.sha256(), sha256);
        try (var bytes = new BufferedInputStream(Files.newInputStream(archive))) {
            new TarEntries(target, config.stripComponents(), settings.bundleMaxBytes(), step.log()).copy(bytes);
        }
        Files.delete(archive);
        return "sha256:" + sha256;
    }

    private String download(SourceUrl url, Path archive, FetchScope scope) throws IOException {
        try (var reply = http.get(url, scope);
                var out = new DigestOutputStream(Files.newOutputStream(archive), Digests.sha256())) {
            checkStatus(reply);
            long left = settings.tarballMaxBytes();
            byte[] buffer = new byte[1 << 16];
            InputStream body = reply.body();
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                left -= count;
                if (left < 0) {
                    throw new SourceException(
                            Code.SOURCE_TOO_LARGE,
                            "the archive has more than " + settings.tarballMaxBytes() + " bytes");
                }
                out.write(buffer, 0, count);
            }
            return HexFormat.of().formatHex(out.getMessageDigest().digest());
        }
    }

    private static void checkStatus(HttpReply reply) throws SourceException {
        switch (reply.status()) {
            case 200 -> {}
            case 401, 403 ->
                throw new SourceException(Code.SOURCE_AUTH_FAILED, "the host does not hand the archive out");
            case 404, 410 -> throw new SourceException(Code.SOURCE_NOT_FOUND, "there is no archive at the url");
            default ->
                throw new SourceException(Code.SOURCE_UNREACHABLE, "the host answered the download with an error");
        }
    }

    private static void verify(@Nullable String expected, String actual) throws SourceException {
        if (expected != null && !expected.toLowerCase(Locale.ROOT).equals(actual)) {
            throw new SourceException(
                    Code.SOURCE_DIGEST_MISMATCH, "the archive has sha256 " + actual + ", not " + expected);
        }
    }
}
