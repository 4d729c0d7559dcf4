package pond.worker.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.worker.broker.http.Watch;
import pond.worker.broker.provider.Provider;
import pond.worker.broker.provider.Providers;

/** Opens doors to providers, one for each job; one broker serves all jobs of a worker. Threads may share it. */
public final class Broker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final String SOCKET = "broker.sock";
    /** What the kernel has room for (unix(7)), less the byte that ends it. */
    private static final int MAX_SOCKET_PATH = 107;

    private static final int KEY_BYTES = 24;
    /** Clients keep connections open between their calls. */
    private static final int CONNECTIONS_PER_CALL = 2;

    private final InstantSource time;
    private final SSLSocketFactory sockets;
    private final Watch watch = new Watch();
    private final SecureRandom random = new SecureRandom();

    /** A broker that trusts the certificates that the JVM trusts. */
    public Broker(InstantSource time) {
        this(time, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    Broker(InstantSource time, SSLSocketFactory sockets) {
        this.time = time;
        this.sockets = sockets;
    }

    /**
     * Opens a door in a folder that only this job's sandbox will see.
     *
     * @param log is given single lines without secrets, from several threads
     * @throws BrokerRefused when the provider is not known or the credential is not complete
     * @throws IOException when there can be no socket in the folder
     */
    public BrokerDoor open(BrokerJob job, Path socketFolder, UsageSink sink, Consumer<String> log)
            throws BrokerRefused, IOException {
        Provider provider = Providers.named(job.provider())
                .orElseThrow(() -> new BrokerRefused(
                        "provider '" + job.provider() + "' cannot be brokered; those that can: " + Providers.names()));
        Credential credential = Credential.of(provider, job);
        Path socket = socketFolder.toAbsolutePath().resolve(SOCKET);
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH) {
            throw new BrokerRefused("the path of the broker's socket is longer than " + MAX_SOCKET_PATH + " bytes");
        }
        BrokerLimits limits = job.limits();
        Signs signs = new Signs();
        Terms terms = new Terms(
                provider,
                job,
                credential,
                "pond-stage-" + HexFormat.of().formatHex(randomBytes()),
                new Spending(job.budget(), reason -> exceeded(sink, log, reason)),
                new Upstream(credential.base(), sockets, limits.connectTime(), watch),
                new HeldBytes(limits.heldBytes()),
                new Semaphore(limits.maxCalls()),
                new Terms.Counts(),
                signs,
                ConcurrentHashMap.newKeySet(),
                new AtomicBoolean(),
                sink,
                log,
                time);
        Listener listener = Listener.open(
                socket,
                channel -> new ClientConnection(channel, watch, signs::alive),
                CONNECTIONS_PER_CALL * limits.maxCalls(),
                client -> new Exchange(terms, client).run());
        return new BrokerDoor(socket, terms, listener);
    }

    /** Ends the watch over time; doors should have been closed. */
    @Override
    public void close() {
        watch.close();
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private static void exceeded(UsageSink sink, Consumer<String> log, String reason) {
        log.accept("budget exceeded: " + reason);
        try {
            sink.budgetExceeded(reason);
        } catch (RuntimeException e) {
            LOG.error("a job whose budget is used up could not be stopped", e);
        }
    }
}
