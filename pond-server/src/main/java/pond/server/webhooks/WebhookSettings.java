package pond.server.webhooks;

import java.time.Duration;
import java.util.List;
import pond.server.sources.guard.AllowedHost;

/**
 * How webhooks are sent.
 *
 * @param allowedHosts {@code POND_WEBHOOK_ALLOWED_HOSTS}: hosts that may be private or loopback, and plain http
 * @param userAgent what the server calls itself
 * @param connect for one address of a host
 * @param total for one attempt, from the look-up of the name to the answer
 * @param lifetime how long after the end of its run, or after it was asked for again, a delivery is tried
 * @param pauses after the first failure, the second, and so on; the last one from then on
 * @param atOnce attempts under way together
 * @param atOncePerProject the same, of one project
 * @param atOncePerReceiver the same, to one host
 */
public record WebhookSettings(
        List<AllowedHost> allowedHosts,
        String userAgent,
        Duration connect,
        Duration total,
        Duration lifetime,
        List<Duration> pauses,
        int atOnce,
        int atOncePerProject,
        int atOncePerReceiver) {
    public WebhookSettings {
        allowedHosts = List.copyOf(allowedHosts);
        pauses = List.copyOf(pauses);
        if (pauses.isEmpty() || atOnce < 1 || atOncePerProject < 1 || atOncePerReceiver < 1) {
            throw new IllegalArgumentException("nothing could be sent like that");
        }
    }

    /** With the usual timeouts and pauses. */
    public static WebhookSettings of(List<AllowedHost> allowedHosts, String userAgent) {
        return new WebhookSettings(
                allowedHosts,
                userAgent,
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                Duration.ofHours(24),
                List.of(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(30),
                        Duration.ofHours(1),
                        Duration.ofHours(2)),
                16,
                8,
                2);
    }
}
