package pond.server.webhooks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.runs.RunService;
import pond.server.runs.SealedCallback;
import pond.server.sources.guard.FetchScope;
import pond.server.sources.guard.GuardedHttp;
import pond.server.sources.guard.HttpReply;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceUrl;

/**
 * Makes one attempt: the stored body, a timestamp and a signature of this moment, one request, and of the answer the
 * status alone. Safe for use by several threads.
 */
final class Sender {
    private static final Logger log = LoggerFactory.getLogger(Sender.class);
    /** Of an answer's body; read for the receiver's sake, which may not like to be hung up on, and thrown away. */
    private static final int READ_BYTES = 4096;

    private final GuardedHttp http;
    private final RunService runs;
    private final WebhookService service;
    private final WebhookSettings settings;
    private final InstantSource clock;

    Sender(GuardedHttp http, RunService runs, WebhookService service, WebhookSettings settings, InstantSource clock) {
        this.http = http;
        this.runs = runs;
        this.service = service;
        this.settings = settings;
        this.clock = clock;
    }

    /** Blocks until there is an answer, the deadline has come, or {@code stop} completes; that counts as a failure. */
    Attempt attempt(Delivery delivery, CompletionStage<?> stop) {
        Instant at = clock.instant();
        long begun = System.nanoTime();
        try (FetchScope scope = new FetchScope(stop, settings.total())) {
            Optional<String> body = service.findBody(delivery.id());
            Optional<SealedCallback> callback = runs.findCallback(delivery.run());
            if (body.isEmpty() || callback.isEmpty()) {
                return Attempt.failed(at, "its run was removed", Duration.ZERO);
            }
            byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
            Map<String, String> headers =
                    headers(delivery, at, callback.get().open().secret(), bytes);
            HttpReply reply = http.send("POST", SourceUrl.parse(delivery.url()), headers, bytes, scope);
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            Optional<Duration> retryAfter =
                    reply.header("Retry-After").flatMap(text -> RetryAfter.parse(text, clock.instant()));
            discard(reply);
            return Attempt.answered(at, reply.status(), took, retryAfter);
        } catch (SourceException e) {
            return Attempt.failed(at, reason(e), Duration.ofNanos(System.nanoTime() - begun));
        } catch (GeneralSecurityException e) {
            log.warn("the secret of the callback of run {} cannot be opened", delivery.run(), e);
            return Attempt.failed(at, "the server's key does not open the callback's secret", Duration.ZERO);
        }
    }

    private Map<String, String> headers(Delivery delivery, Instant at, String secret, byte[] body) {
        String timestamp = Long.toString(at.getEpochSecond());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("User-Agent", settings.userAgent());
        headers.put("Content-Type", "application/json");
        headers.put("Pond-Event", delivery.event());
        headers.put("Pond-Delivery", delivery.id().toString());
        headers.put("Pond-Attempt", Integer.toString(delivery.attempts() + 1));
        headers.put("Pond-Timestamp", timestamp);
        headers.put("Pond-Signature", Signature.of(secret, timestamp, body));
        return headers;
    }

    /** The status is known, so that a body that breaks off changes nothing. */
    private static void discard(HttpReply reply) {
        try (reply) {
            reply.body().readNBytes(READ_BYTES);
        } catch (IOException e) {
            log.debug("the body of an answer broke off", e);
        }
    }

    private static String span(Duration time) {
        return time.toMillisPart() == 0 ? time.toSeconds() + " seconds" : time.toMillis() + " ms";
    }

    private String reason(SourceException e) {
        return switch (e.code()) {
            case TIMEOUT -> "no answer within " + span(settings.total());
            case CANCELLED -> "the server was stopping";
            default -> String.valueOf(e.getMessage());
        };
    }
}
