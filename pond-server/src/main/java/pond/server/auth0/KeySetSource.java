package pond.server.auth0;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks a tenant for its key set: one GET without a redirect, a deadline for the whole answer, a bound on its size. It waits
 * for nobody; safe to share.
 */
final class KeySetSource implements AutoCloseable {
    /** Longer than a slow handshake takes, and short enough for a request that waits. */
    static final Duration DEADLINE = Duration.ofSeconds(5);

    /** A tenant's set has two or three keys of 2 KiB. */
    static final int MAX_BYTES = 256 * 1024;

    private final Duration deadline;
    private final HttpRequest request;
    private final ExecutorService threads;
    private final HttpClient client;

    /** @param deadline for the whole answer, from the connect to its last byte */
    KeySetSource(URI address, Duration deadline) {
        this.deadline = deadline;
        this.request = HttpRequest.newBuilder(address)
                .timeout(deadline)
                .header("Accept", "application/json")
                .build();
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "pond-auth0-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.client = HttpClient.newBuilder()
                .version(Version.HTTP_1_1)
                .followRedirects(Redirect.NEVER)
                .connectTimeout(deadline)
                .executor(threads)
                .build();
    }

    Duration deadline() {
        return deadline;
    }

    /** The keys as they are now. The future fails when the tenant does not give them by the deadline. */
    CompletableFuture<KeySet> fetch() {
        CompletableFuture<HttpResponse<byte[]>> sent = client.sendAsync(request, head -> new CappedBody(MAX_BYTES));
        return sent.copy()
                .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                // The client's own deadline ends with the head; a body that trickles on is cut here.
                .whenComplete((answer, failure) -> sent.cancel(true))
                .thenApplyAsync(KeySetSource::read, threads);
    }

    private static KeySet read(HttpResponse<byte[]> answer) {
        try {
            if (answer.statusCode() != 200) {
                throw new IOException("it answered with status " + answer.statusCode());
            }
            return KeySet.read(answer.body());
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
