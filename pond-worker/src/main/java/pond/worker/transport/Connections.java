package pond.worker.transport;

import java.io.IOException;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;

/**
 * Three clients over one pool of connections: for the few calls that a worker lives by, for those about its jobs, and
 * for bytes. Each has a limit of its own, so that a thousand log batches or a slow upload never keep a renewal waiting.
 * Safe for several threads.
 */
final class Connections implements AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
    /** Bytes that stand still for this long are not coming any more; the server syncs an upload within it, too. */
    private static final Duration IDLE_BYTES = Duration.ofSeconds(30);
    /** Below the 30 seconds after which servers and proxies commonly close an idle connection. */
    private static final Duration KEEP_IDLE = Duration.ofSeconds(20);

    private static final int MAX_IDLE = 16;
    private static final int VITAL_CALLS = 16;
    private static final int JOB_CALLS = 256;
    private static final int BYTE_CALLS = 64;

    private final ServerAddress server;
    private final String agent;
    private final ConnectionPool pool = new ConnectionPool(MAX_IDLE, KEEP_IDLE.toSeconds(), TimeUnit.SECONDS);
    private final ExecutorService threads;
    private final OkHttpClient vital;
    private final OkHttpClient jobs;
    private final OkHttpClient bytes;

    private Connections(HttpSettings settings, ExecutorService threads, OkHttpClient.Builder builder) {
        this.server = settings.server();
        this.agent = "pond-worker/" + settings.version();
        this.threads = threads;
        this.vital = builder.connectionPool(pool)
                .dispatcher(dispatcher(threads, VITAL_CALLS))
                .build();
        this.jobs =
                vital.newBuilder().dispatcher(dispatcher(threads, JOB_CALLS)).build();
        this.bytes = vital.newBuilder()
                .dispatcher(dispatcher(threads, BYTE_CALLS))
                .readTimeout(IDLE_BYTES)
                .writeTimeout(IDLE_BYTES)
                .build();
    }

    /** @throws IOException when the file with certificates cannot be used */
    static Connections open(HttpSettings settings) throws IOException {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .socketFactory(new NoDelaySockets())
                // Each call has its own limit in time; a waiting call is silent for most of it.
                .connectTimeout(CONNECT_WITHIN)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                // The caller repeats, because it alone knows what a repeat of its call means.
                .retryOnConnectionFailure(false)
                // A redirect would carry the bearer elsewhere, and so would a proxy that nobody asked for.
                .followRedirects(false)
                .followSslRedirects(false)
                .proxy(Proxy.NO_PROXY);
        if (settings.caFile().isPresent()) {
            Trust trust = Trust.with(settings.caFile().get());
            builder.sslSocketFactory(trust.sockets(), trust.authorities());
        }
        return new Connections(settings, threads(), builder);
    }

    OkHttpClient vital() {
        return vital;
    }

    OkHttpClient jobs() {
        return jobs;
    }

    OkHttpClient bytes() {
        return bytes;
    }

    Request.Builder request(String path) {
        return new Request.Builder().url(server.at(path)).header("User-Agent", agent);
    }

    /** After a failure the other idle connections are likely to be dead, too, such as when the server was restarted. */
    void distrustIdle() {
        pool.evictAll();
    }

    @Override
    public void close() {
        for (OkHttpClient client : List.of(vital, jobs, bytes)) {
            client.dispatcher().cancelAll();
        }
        threads.shutdown();
        pool.evictAll();
    }

    private static Dispatcher dispatcher(ExecutorService threads, int most) {
        Dispatcher dispatcher = new Dispatcher(threads);
        dispatcher.setMaxRequests(most);
        dispatcher.setMaxRequestsPerHost(most);
        return dispatcher;
    }

    /** As many as there are calls under way, which the dispatchers bound; a call's thread outlives it by a moment. */
    private static ExecutorService threads() {
        AtomicInteger number = new AtomicInteger();
        int most = 2 * (VITAL_CALLS + JOB_CALLS + BYTE_CALLS);
        return new ThreadPoolExecutor(0, most, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "pond-transport-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }
}
