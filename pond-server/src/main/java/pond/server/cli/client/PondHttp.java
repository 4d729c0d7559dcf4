package pond.server.cli.client;

import com.fasterxml.jackson.core.JacksonException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import pond.common.api.ErrorView;
import pond.common.json.Json;

/**
 * Requests to a server: with the token, and with refusals as {@link Refused}. Most are repeated while the server is away;
 * those that must not be made twice are for {@link #once}. Redirects are not followed, because the token would go along.
 * Safe to share between threads; closing it ends the calls that are under way.
 */
public final class PondHttp implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** Longer than the longest wait of a long poll. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(75);
    /** Enough for a restart of the server. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int MAX_PAUSE_MILLIS = 3_000;

    private final OkHttpClient http = new OkHttpClient.Builder()
            .connectTimeout(CONNECT_TIMEOUT)
            .readTimeout(READ_TIMEOUT)
            .followRedirects(false)
            .build();
    private final HttpUrl base;
    private final String authorization;
    private volatile boolean closed;

    /** @throws IllegalArgumentException when the URL is none, or the token would cross a network in the clear */
    public PondHttp(URI server, String token, boolean insecureHttp) {
        HttpUrl url = HttpUrl.get(server);
        if (url == null) {
            throw new IllegalArgumentException("the server must be an http or https URL, not " + server);
        }
        if (!url.isHttps() && !isLoopback(url.host()) && !insecureHttp) {
            throw new IllegalArgumentException("the token would cross the network in the clear to " + url.host()
                    + "; use https, or give --insecure-http");
        }
        this.base = url;
        this.authorization = "Bearer " + token;
    }

    /** Builds a URL below the server's. */
    HttpUrl.Builder url(String path) {
        return base.newBuilder().addPathSegments(path);
    }

    Request.Builder request(HttpUrl.Builder url) {
        return new Request.Builder().url(url.build()).header("Authorization", authorization);
    }

    /** Sends and reads a JSON answer. */
    <T> T json(Request request, Class<T> type) throws IOException, InterruptedException {
        return send(request, body -> parsed(body, type));
    }

    /** As {@link #json}, for what must not be done twice: there is one try. */
    <T> T once(Request request, Class<T> type) throws IOException, InterruptedException {
        return send(request, body -> parsed(body, type), Duration.ZERO);
    }

    private <T> T parsed(ResponseBody body, Class<T> type) throws IOException {
        // Read to the end first: an answer that breaks off is worth another try, one that cannot be parsed is not.
        byte[] bytes = body.bytes();
        try {
            return Json.lenient().readValue(bytes, type);
        } catch (JacksonException e) {
            throw new Unreachable(
                    "the answer of " + base + " is not what this client understands; is it a pond server?", e);
        }
    }

    /** Reads the body of a success. */
    interface Reading<T> {
        T read(ResponseBody body) throws IOException;
    }

    /** Sends until there is an answer other than "not now", for half a minute at most. */
    <T> T send(Request request, Reading<T> reading) throws IOException, InterruptedException {
        return send(request, reading, PATIENCE);
    }

    private <T> T send(Request request, Reading<T> reading, Duration patience)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        for (int attempt = 0; ; attempt++) {
            boolean last = System.nanoTime() - start >= patience.toNanos();
            try (Response response = http.newCall(request).execute()) {
                if (response.isSuccessful()) {
                    return reading.read(response.body());
                }
                if (!isPassing(response.code()) || last) {
                    throw refused(response);
                }
            } catch (FinalFailure | Unreachable e) {
                throw e;
            } catch (IOException e) {
                if (last || closed) {
                    throw new Unreachable("cannot reach " + base + ": " + e.getMessage(), e);
                }
            }
            pause(attempt);
        }
    }

    @Override
    public void close() {
        closed = true;
        http.dispatcher().cancelAll();
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    private static boolean isPassing(int status) {
        return status == 429 || status == 502 || status == 503 || status == 504;
    }

    private static Refused refused(Response response) throws IOException {
        String text = response.body().string();
        try {
            ErrorView error = Json.lenient().readValue(text, ErrorView.class);
            return new Refused(
                    response.code(),
                    Refused.describe(error.detail(), error.problems() == null ? List.of() : error.problems())
                            + " (HTTP " + response.code() + ")");
        } catch (JacksonException e) {
            return new Refused(response.code(), "the server answered with HTTP " + response.code());
        }
    }

    /** Doubles from a tenth of a second, with as much by chance, so that many clients do not come back at once. */
    private static void pause(int attempt) throws InterruptedException {
        int most = Math.min(MAX_PAUSE_MILLIS, 100 << Math.min(attempt, 5));
        Pause.millis(most / 2 + ThreadLocalRandom.current().nextInt(most / 2));
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }
}
