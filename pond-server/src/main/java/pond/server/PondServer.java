package pond.server;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.api.HealthView;
import pond.server.artifacts.ArtifactHandler;
import pond.server.artifacts.ArtifactService;
import pond.server.audit.AuditHandler;
import pond.server.audit.AuditLog;
import pond.server.auth.Access;
import pond.server.auth.AuthFilter;
import pond.server.auth.Authenticator;
import pond.server.auth0.Auth0Admins;
import pond.server.cli.VersionProvider;
import pond.server.config.ServerConfig;
import pond.server.config.SourceKeyFile;
import pond.server.credentials.CredentialHandler;
import pond.server.credentials.CredentialHandout;
import pond.server.credentials.Credentials;
import pond.server.db.Database;
import pond.server.db.DatabaseConfig;
import pond.server.db.StateDir;
import pond.server.dispatch.Agents;
import pond.server.dispatch.Budgets;
import pond.server.dispatch.DispatchSettings;
import pond.server.dispatch.Dispatcher;
import pond.server.dispatch.EndCheck;
import pond.server.dispatch.JobDesk;
import pond.server.dispatch.LeaseDesk;
import pond.server.dispatch.Reaper;
import pond.server.dispatch.WorkerDesk;
import pond.server.docs.DocsHandler;
import pond.server.enrollment.EnrollmentService;
import pond.server.events.EventHandler;
import pond.server.events.EventService;
import pond.server.harnesses.HarnessHandler;
import pond.server.harnesses.Harnesses;
import pond.server.http.Answers;
import pond.server.http.HealthHandler;
import pond.server.http.HttpServer;
import pond.server.http.ReadyCheck;
import pond.server.keys.KeyHandler;
import pond.server.keys.KeyService;
import pond.server.local.LocalWorkers;
import pond.server.logs.LogHandler;
import pond.server.logs.LogService;
import pond.server.logs.LogTail;
import pond.server.models.ModelHandler;
import pond.server.models.Models;
import pond.server.preflight.PreflightHandler;
import pond.server.preflight.PreflightService;
import pond.server.runs.RerunHandler;
import pond.server.runs.RerunService;
import pond.server.runs.RunHandler;
import pond.server.runs.RunService;
import pond.server.sealing.SourceKey;
import pond.server.sources.SourceFetcher;
import pond.server.sources.guard.Bundles;
import pond.server.sources.guard.HostResolver;
import pond.server.stages.StageService;
import pond.server.swarm.Attestations;
import pond.server.swarm.FrozenInvocations;
import pond.server.usage.UsageHandler;
import pond.server.usage.UsageReportHandler;
import pond.server.usage.UsageReports;
import pond.server.usage.UsageService;
import pond.server.webhooks.WebhookHandler;
import pond.server.workerapi.PoolHandler;
import pond.server.workerapi.Rooms;
import pond.server.workerapi.WorkerHandler;
import pond.server.workerapi.WorkerProtocolService;
import pond.server.workers.Party;
import pond.server.workers.WorkerService;

/**
 * The wiring: every part of the server, made and started in the order in which they stand here, closed in the opposite
 * order. This is the only place that knows them all.
 */
public final class PondServer implements RunningServer {
    /** A whole run's log is bounded at some jobs' worth; each job has its own, smaller bound. */
    private static final int RUN_LOG_JOBS = 16;

    private static final Logger log = LoggerFactory.getLogger(PondServer.class);
    private static final Duration BUSY = Duration.ofSeconds(5);
    private static final List<String> DOCS = List.of(
            "integrate", "workflows", "builtins", "workers", "sandboxing", "swarm", "configuration", "decisions");

    private final Closing closing = new Closing();
    private final InstantSource clock = InstantSource.system();
    private final ServerConfig config;
    private final HttpServer http;

    /** Starts a server; see {@link ServeCommand} for the exceptions that become a line on the terminal. */
    public static PondServer start(ServerConfig config) throws IOException {
        return new PondServer(config);
    }

    private PondServer(ServerConfig config) throws IOException {
        this.config = config;
        try {
            http = open();
        } catch (IOException | RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    private HttpServer open() throws IOException {
        StateDir state = closing.add(StateDir.forServer(config.stateDir()));
        Database.unpackNativeLibraryInto(state.tmp());
        ExecutorService completions = completions();
        Database database =
                closing.add(Database.open(DatabaseConfig.of("pond", state.pondDb()), Schema.pond(clock), completions));
        Database logDatabase =
                closing.add(Database.open(DatabaseConfig.of("logs", state.logsDb()), Schema.logs(clock), completions));

        LogService logs = new LogService(logDatabase, clock, config.logMaxBytes() * RUN_LOG_JOBS);
        UsageService usage = new UsageService(database);
        ArtifactService artifacts = new ArtifactService(database, state.artifacts(), clock);
        Bundles bundles = new Bundles(state.bundles());
        StageService stages = new StageService();
        WorkerService workers = new WorkerService(database, clock);
        EnrollmentService enrollment = new EnrollmentService(database, clock);
        SourceKey sourceKey = sourceKey(state);
        AuditLog audit = new AuditLog(database, clock);
        Harnesses harnesses = new Harnesses(database, audit, clock);
        Models models = new Models(database, audit, clock);
        Credentials credentials = new Credentials(database, sourceKey, models::listUsersOf, audit, clock);
        RunService runs = new RunService(database, logs, stages, sourceKey, clock);

        RoomSettings roomSettings = new RoomSettings(config);
        DispatchSettings settings = roomSettings.dispatch();
        Webhooks webhooks = closing.add(Webhooks.start(database, runs, roomSettings.webhooks(), clock));
        LeaseDesk leaseDesk = new LeaseDesk(database, workers, completions);
        EndCheck endCheck = new EndCheck(new Attestations(enrollment, usage));
        Budgets budgets = new Budgets(runs, stages, usage);
        Agents agents = new Agents(harnesses, models, artifacts, logs, budgets);
        Dispatcher dispatcher = new Dispatcher(runs, stages, workers, leaseDesk, agents, settings, clock);
        harnesses.onPut(dispatcher::registered);
        models.onPut(dispatcher::registered);
        JobDesk jobDesk = new JobDesk(database, dispatcher, runs, stages, artifacts, endCheck, settings, clock);
        WorkerDesk.Context context = new WorkerDesk.Context(stages, settings, clock, completions);
        WorkerDesk workerDesk = new WorkerDesk(database, dispatcher, jobDesk, leaseDesk, workers, budgets, context);
        Reaper reaper = closing.add(new Reaper(database, dispatcher, workerDesk, jobDesk, workers, context));
        workerDesk.recover().join();
        reaper.start();

        Rooms rooms = new Rooms(
                database,
                workerDesk,
                jobDesk,
                runs,
                stages,
                logs,
                artifacts,
                usage,
                new FrozenInvocations(),
                budgets,
                endCheck,
                new CredentialHandout(database, credentials, audit),
                audit,
                enrollment,
                workers,
                bundles,
                settings.limits());
        closing.add(new Housekeeping(rooms, clock)).start();
        SourceFetcher fetcher = new SourceFetcher(
                bundles, state.tmp(), roomSettings.sources(), HostResolver.system(), (SSLSocketFactory)
                        SSLSocketFactory.getDefault());
        closing.add(LocalWorkers.start(
                roomSettings.local(state, clock),
                () -> new WorkerProtocolService(rooms, new Party(null, Set.of("pool:trusted"))),
                runs,
                fetcher));
        // Closed before the workers: one that is about to go must not be handed anything more.
        closing.add(leaseDesk);

        Answers answers = new Answers();
        Access access = new Access(runs);
        KeyService keys = new KeyService(database, audit, clock);
        Optional<Auth0Admins> admins = roomSettings.auth0().map(tenant -> closing.add(Auth0Admins.of(tenant, clock)));
        AuthFilter auth = new AuthFilter(new Authenticator(
                config.serviceToken(),
                keys,
                Map.of(
                        EnrollmentService.CODE_PREFIX, enrollment::findCode,
                        EnrollmentService.BEARER_PREFIX, enrollment::findBearer),
                admins));
        PreflightService preflight = new PreflightService(workers, harnesses, models, roomSettings.preflight());
        RerunService reruns = new RerunService(database, runs, stages, artifacts, bundles, clock);
        LogTail tail = new LogTail(
                logs,
                run -> runs.find(run).map(found -> found.status().isTerminal()).orElse(true));
        EventService events = closing.add(new EventService(runs, logs, EventService.Settings.usual()));
        return closing.add(HttpServer.start(
                HttpServer.Settings.of(config.host(), config.port()),
                answers,
                List.of(
                        auth::register,
                        new CredentialHandler(credentials, answers)::register,
                        new HarnessHandler(harnesses, answers)::register,
                        new ModelHandler(models, answers)::register,
                        new KeyHandler(keys, answers)::register,
                        new AuditHandler(audit, answers)::register,
                        new PreflightHandler(preflight, answers)::register,
                        new RunHandler(runs, dispatcher, preflight, access, answers)::register,
                        new RerunHandler(reruns, dispatcher, preflight, access, answers)::register,
                        new LogHandler(tail, access, answers)::register,
                        new EventHandler(events, access, answers)::register,
                        new UsageHandler(usage, access, answers)::register,
                        new UsageReportHandler(new UsageReports(database, clock), answers)::register,
                        new WebhookHandler(webhooks.service(), access, answers)::register,
                        new ArtifactHandler(artifacts, access, answers)::register,
                        new WorkerHandler(rooms, answers)::register,
                        new PoolHandler(rooms, answers)::register,
                        new HealthHandler(answers, alive(), checks(database, logDatabase))::register,
                        new DocsHandler(DOCS)::register)));
    }

    @Override
    public int port() {
        return http.port();
    }

    /** Every call that is answered; see {@link HttpServer#routes}. */
    public List<String> routes() {
        return http.routes();
    }

    @Override
    public void close() {
        closing.close();
    }

    /** Where futures of writes complete. Bounded by the writes under way; closed last, so that none is left hanging. */
    private ExecutorService completions() {
        AtomicInteger number = new AtomicInteger();
        ExecutorService completions = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "pond-completions-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        closing.add(completions::shutdown);
        return completions;
    }

    private SourceKey sourceKey(StateDir state) throws IOException {
        Optional<byte[]> given = config.sourceKey();
        if (given.isPresent()) {
            return new SourceKey(given.get());
        }
        byte[] key = SourceKeyFile.readOrCreate(state.root());
        Optional<byte[]> next = SourceKeyFile.readNext(state.root());
        if (next.isPresent()) {
            log.warn("a change of the source key has not ended; stop the server and run rotate-source-key again");
            return new SourceKey(key, next.get());
        }
        return new SourceKey(key);
    }

    private HealthView alive() {
        return new HealthView("ok", config.envLabel().orElse(null), VersionProvider.version());
    }

    private static List<ReadyCheck> checks(Database database, Database logDatabase) {
        return List.of(
                new ReadyCheck("database", () -> slowness(database)),
                new ReadyCheck("logs", () -> slowness(logDatabase)));
    }

    private static Optional<String> slowness(Database database) {
        return database.load().oldest().compareTo(BUSY) > 0
                ? Optional.of("writes have been waiting for more than " + BUSY.toSeconds() + " seconds")
                : Optional.empty();
    }
}
