package pond.server.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.HandlerType;
import io.javalin.json.JavalinJackson;
import io.javalin.router.Endpoint;
import io.javalin.util.JavalinException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.LowResourceMonitor;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.json.Json;

/**
 * The server's HTTP side: started by {@link #start}, stopped by {@link #close}. It knows no route of its own; handlers
 * register theirs on the routes object that they are given. Safe to close from any thread, more than once.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final int MAX_CONNECTIONS = 10_000;
    /** After a restart all workers and clients come back at once; the JDK's 50 would make some wait for a second try. */
    private static final int ACCEPT_QUEUE = 1_024;
    /** Nothing takes longer than a long poll; an answer that is still missing then will not come. */
    private static final Duration ANSWER_DEADLINE = Duration.ofMinutes(2);

    private final Javalin javalin;
    private final Answers answers;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Where to listen and for how long to wait.
     *
     * @param port 0 takes a free one
     * @param idleTimeout after which a connection without traffic is closed; requests that wait are not cut by it
     * @param stopDeadline how long running requests may take to finish after {@link HttpServer#close}; connections
     *     without a request are kept for a tenth of it, so that their next one is told to come back
     * @param arrivalDeadline how long the head of a request may take to arrive, and then its JSON body, however steadily
     *     they trickle
     */
    public record Settings(
            String host, int port, Duration idleTimeout, Duration stopDeadline, Duration arrivalDeadline) {
        /** With the usual minute for what arrives. */
        public Settings(String host, int port, Duration idleTimeout, Duration stopDeadline) {
            this(host, port, idleTimeout, stopDeadline, Duration.ofSeconds(60));
        }

        /** The usual times: 60 s idle, 10 s to finish, 60 s for a head or a body. */
        public static Settings of(String host, int port) {
            return new Settings(host, port, Duration.ofSeconds(60), Duration.ofSeconds(10));
        }
    }

    private HttpServer(Javalin javalin, Answers answers) {
        this.javalin = javalin;
        this.answers = answers;
    }

    /**
     * Listens and serves.
     *
     * @param answers what the handlers answer with; closed together with the server
     * @param routes each handler's {@code register}
     * @throws BindException when the address cannot be listened on
     */
    public static HttpServer start(Settings settings, Answers answers, List<Consumer<RoutesConfig>> routes)
            throws IOException {
        Javalin javalin = Javalin.create(config -> configure(config, settings, answers, routes));
        try {
            javalin.start();
        } catch (UncheckedIOException e) {
            answers.close();
            BindException bind = new BindException(
                    "cannot listen on " + settings.host() + " port " + settings.port() + ": " + reason(e));
            bind.initCause(e);
            throw bind;
        } catch (JavalinException e) {
            answers.close();
            throw e;
        }
        return new HttpServer(javalin, answers);
    }

    /** The port that is listened on. */
    public int port() {
        return javalin.port();
    }

    /** Every call that is answered, such as {@code GET /v1/runs/{id}}; {@code <name>} is a rest of a path. */
    public List<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint.method.name() + " " + parsed.endpoint.path)
                .toList();
    }

    /**
     * Refuses new requests with 503, ends long polls at once, and lets running requests finish until the deadline.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        answers.endWaits();
        try {
            javalin.stop();
        } catch (JavalinException e) {
            LOG.warn("some requests were cut off: they had not finished by the deadline of the stop", e);
        } finally {
            answers.close();
        }
    }

    private static void configure(
            JavalinConfig config, Settings settings, Answers answers, List<Consumer<RoutesConfig>> routes) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.asyncTimeout = ANSWER_DEADLINE.toMillis();
        config.http.maxRequestSize = Bodies.MAX_BYTES;
        config.jsonMapper(new JavalinJackson(Json.strict(), false));
        config.router.javaLangErrorHandler(ErrorMapper::fatal);
        config.jetty.threadPool = answers.threads();
        BusyConnections busy = new BusyConnections(settings.stopDeadline().dividedBy(10));
        config.jetty.modifyServer(
                server -> prepare(server, settings, new FrontDoor(answers, busy, settings.arrivalDeadline())));
        config.jetty.modifyServletContextHandler(context -> context.setErrorHandler(new ProtocolErrors()));
        config.jetty.addConnector((server, http) -> connector(server, http, answers.threads(), busy, settings));
        config.requestLogger.http(
                (ctx, millis) -> Passage.of(ctx).found(ctx.endpoints().matchedHttpEndpoint()));
        new ErrorMapper().register(config.routes);
        routes.forEach(register -> register.accept(config.routes));
        headWhereverThereIsGet(config);
    }

    private static void prepare(Server server, Settings settings, FrontDoor door) {
        // It would cut idle connections to a second when threads run short, and long polls with them.
        server.getBeans(LowResourceMonitor.class).forEach(server::removeBean);
        server.setStopTimeout(settings.stopDeadline().toMillis());
        server.setErrorHandler(new ProtocolErrors());
        server.insertHandler(new GracefulHandler());
        server.insertHandler(door);
        server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
    }

    private static Connector connector(
            Server server, HttpConfiguration http, QueuedThreadPool threads, BusyConnections busy, Settings settings) {
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        // Every connection would keep 100 KiB for headers seen before, and a thousand workers each hold one or two.
        http.setHeaderCacheSize(0);
        ServerConnector connector =
                new TimedConnector(server, http, threads, busy, settings.arrivalDeadline(), MAX_CONNECTIONS);
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.idleTimeout().toMillis());
        connector.setAcceptedTcpNoDelay(true);
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setShutdownIdleTimeout(settings.stopDeadline().toMillis());
        try {
            // Bound here and not by Jetty's start, whose failure Javalin would log in its own words as well.
            connector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return connector;
    }

    /** Javalin answers HEAD with an empty 200 for any GET route, even where GET would say 404. */
    private static void headWhereverThereIsGet(JavalinConfig config) {
        List<Endpoint> all = config.unsafe.internalRouter.allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint)
                .toList();
        Set<String> heads = all.stream()
                .filter(endpoint -> endpoint.method.equals(HandlerType.HEAD))
                .map(endpoint -> endpoint.path)
                .collect(Collectors.toSet());
        all.stream()
                .filter(endpoint -> endpoint.method.equals(HandlerType.GET) && !heads.contains(endpoint.path))
                .forEach(endpoint -> config.routes.head(endpoint.path, endpoint.handler));
    }

    private static String reason(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
