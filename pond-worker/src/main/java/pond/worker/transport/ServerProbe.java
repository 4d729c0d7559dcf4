package pond.worker.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import okhttp3.Request;
import pond.common.api.HealthView;

/** A look at a server without being anybody to it. */
public final class ServerProbe {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);

    private ServerProbe() {}

    /**
     * Asks for the server's health; waits for the answer, 15 seconds at most.
     *
     * @throws IOException when there is no pond server to be reached, with the reason
     */
    public static HealthView health(HttpSettings settings) throws IOException, InterruptedException {
        try (Connections connections = Connections.open(settings)) {
            Request request = connections.request("/health").build();
            return new Exchange(connections, settings.clock())
                    .send(
                            connections.vital(),
                            request,
                            ANSWER_WITHIN,
                            Secrets.of(),
                            response -> Answer.record(response, HealthView.class, false))
                    .get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String message = cause.getMessage();
            throw new IOException(message == null ? cause.toString() : message, cause);
        }
    }
}
