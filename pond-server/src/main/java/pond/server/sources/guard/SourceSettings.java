package pond.server.sources.guard;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator sets about sources.
 *
 * @param allowedHosts {@code POND_SOURCE_ALLOWED_HOSTS}: hosts that may be private or loopback, and plain http
 * @param localRoot {@code POND_LOCAL_SOURCE_ROOT}: the folder that {@code folder} sources must be below; null allows none
 * @param tarballMaxBytes {@code POND_TARBALL_MAX_BYTES}: of one archive as downloaded
 * @param bundleMaxBytes {@code POND_BUNDLE_MAX_BYTES}: of a finished bundle, and of what one git source may transfer
 * @param maxEntries folders, files and links of one bundle
 * @param connectTimeout for one address of a host
 * @param idleTimeout how long a connection may stay silent
 */
public record SourceSettings(
        List<AllowedHost> allowedHosts,
        @Nullable Path localRoot,
        long tarballMaxBytes,
        long bundleMaxBytes,
        int maxEntries,
        Duration connectTimeout,
        Duration idleTimeout) {

    public SourceSettings {
        allowedHosts = List.copyOf(allowedHosts);
        if (tarballMaxBytes <= 0 || bundleMaxBytes <= 0 || maxEntries <= 0) {
            throw new IllegalArgumentException("the caps on sources must be positive");
        }
    }

    /** Public hosts over https only, no local folders, archives of 512 MiB, bundles of 1 GiB. */
    public static SourceSettings defaults() {
        return of(List.of(), null, 512L << 20, 1L << 30);
    }

    /** With the usual number of entries and the usual timeouts. */
    public static SourceSettings of(
            List<AllowedHost> allowedHosts, @Nullable Path localRoot, long tarballMaxBytes, long bundleMaxBytes) {
        return new SourceSettings(
                allowedHosts,
                localRoot,
                tarballMaxBytes,
                bundleMaxBytes,
                200_000,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60));
    }
}
