package pond.worker.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import okhttp3.Request;
import pond.common.protocol.Enroll;
import pond.common.protocol.Enrolled;
import pond.common.protocol.WorkerHttp;

/** The one call that an enrolment code is good for. */
public final class HttpEnrolment implements AutoCloseable {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private final Connections connections;
    private final Exchange exchange;

    private HttpEnrolment(HttpSettings settings, Connections connections) {
        this.connections = connections;
        this.exchange = new Exchange(connections, settings.clock());
    }

    /**
     * A client that has not sent anything yet.
     *
     * @throws IOException when the file with certificates cannot be used
     */
    public static HttpEnrolment open(HttpSettings settings) throws IOException {
        return new HttpEnrolment(settings, Connections.open(settings));
    }

    /** Fails as the calls of {@link pond.common.protocol.WorkerProtocol} do. */
    public CompletableFuture<Enrolled> enroll(String code, Enroll enroll) {
        Secrets secrets;
        try {
            secrets = Secrets.of(code);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
        Request request = JsonBody.post(
                        connections.request(WorkerHttp.ENROLL).header("Authorization", "Bearer " + code), enroll)
                .build();
        return exchange.send(
                connections.vital(),
                request,
                ANSWER_WITHIN,
                secrets,
                response -> Answer.record(response, Enrolled.class, true));
    }

    @Override
    public void close() {
        connections.close();
    }
}
