package pond.worker.transport;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import okhttp3.MediaType;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;

/** Tells what a failed answer means: a refusal of the server, or something that nobody understands. */
final class Refused {
    private static final int MAX_BYTES = 64 << 10;
    private static final int MAX_MESSAGE = 500;
    /** The server itself says so with a problem; nginx, for one, takes no more than 1 MiB unless it is told to. */
    private static final String PROXY_LIMIT =
            "a proxy in front of the server takes no body of this size (HTTP 413); raise its limit";
    /** A worker that was told to stay away for an hour by a proxy would be lost long before. */
    private static final Duration MOST_WAIT = Duration.ofSeconds(60);

    private Refused() {}

    /**
     * Throws what the answer means.
     *
     * @param secret of the call, which the server's words might repeat
     */
    static IOException read(Response response, InstantSource clock, Secrets secret) throws IOException {
        int status = response.code();
        Optional<JsonNode> problem = problem(response);
        Optional<String> word = problem.map(node -> node.path("refusal"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue);
        Optional<Refusal> refusal = word.isPresent()
                ? Optional.of(Refusal.parse(word.get()).orElse(Refusal.INVALID))
                : byStatus(status, problem.isPresent());
        if (refusal.isEmpty() && status == 413) {
            throw new ProtocolException(Refusal.ARTIFACT_REFUSED, PROXY_LIMIT);
        }
        if (refusal.isEmpty()) {
            return Answer.unexpected(response);
        }
        Duration wait = refusal.get() == Refusal.BUSY ? retryAfter(response.header("Retry-After"), clock) : null;
        throw new ProtocolException(refusal.get(), secret.masked(message(problem, status)), wait);
    }

    private static Optional<Refusal> byStatus(int status, boolean problem) {
        if (status == 503 || status == 429) {
            return Optional.of(Refusal.BUSY);
        }
        if (!problem || status < 400 || status > 499) {
            return Optional.empty();
        }
        return Optional.of(status == 401 || status == 403 ? Refusal.UNAUTHORIZED : Refusal.INVALID);
    }

    private static Optional<JsonNode> problem(Response response) throws IOException {
        MediaType type = response.body().contentType();
        if (type == null || !(type.type() + "/" + type.subtype()).equals("application/problem+json")) {
            return Optional.empty();
        }
        try {
            JsonNode node = Json.lenient().readTree(Answer.bounded(response.body(), MAX_BYTES));
            return Optional.ofNullable(node).filter(JsonNode::isObject);
        } catch (JacksonException e) {
            throw new IOException("the answer is HTTP " + response.code() + " with a problem that cannot be read");
        }
    }

    /** One line, whatever the server wrote. */
    private static String message(Optional<JsonNode> problem, int status) {
        String text = problem.map(
                        node -> node.path("detail").asText(node.path("title").asText("")))
                .orElse("");
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        String cut = line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + "…" : line;
        return cut.isEmpty() ? "HTTP " + status : cut;
    }

    /** Seconds, or a date as HTTP writes it; null when it is neither. At most a minute. */
    static @Nullable Duration retryAfter(@Nullable String header, InstantSource clock) {
        if (header == null) {
            return null;
        }
        String text = header.strip();
        if (text.matches("\\d{1,9}")) {
            return capped(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return capped(Duration.between(clock.instant(), then));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static Duration capped(Duration wait) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(MOST_WAIT) > 0 ? MOST_WAIT : wait;
    }
}
