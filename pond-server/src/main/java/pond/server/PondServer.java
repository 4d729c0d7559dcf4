package pond.server;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;
import pond.common.api.HealthView;
import pond.server.artifacts.ArtifactHandler;
import pond.server.artifacts.ArtifactService;
import pond.server.audit.AuditHandler;
import pond.server.auth.Access;
import pond.server.auth.Authenticator;
import pond.server.auth0.Auth0Admins;
import pond.server.cli.VersionProvider;
import pond.server.config.ServerConfig;
import pond.server.credentials.CredentialHandler;
import pond.server.credentials.CredentialHandout;
import pond.server.db.Database;
import pond.server.db.FilesLock;
import pond.server.db.StateDir;
import pond.server.dispatch.Dispatcher;
import pond.server.dispatch.JobListener;
import pond.server.docs.DocsHandler;
import pond.server.enrollment.EnrollmentService;
import pond.server.events.EventHandler;
import pond.server.events.EventService;
import pond.server.harnesses.HarnessHandler;
import pond.server.http.Answers;
import pond.server.http.HealthHandler;
import pond.server.http.HttpServer;
import pond.server.http.ReadyCheck;
import pond.server.keys.KeyHandler;
import pond.server.keys.KeyService;
import pond.server.limits.DiskSpace;
import pond.server.local.LocalWorkers;
import pond.server.logs.LogHandler;
import pond.server.logs.LogService;
import pond.server.logs.LogTail;
import pond.server.maintenance.MaintenanceHandler;
import pond.server.models.ModelHandler;
import pond.server.preflight.PreflightHandler;
import pond.server.preflight.PreflightService;
import pond.server.runs.RerunHandler;
import pond.server.runs.RerunService;
import pond.server.runs.RunHandler;
import pond.server.runs.RunService;
import pond.server.sources.SourceFetcher;
import pond.server.sources.guard.Bundles;
import pond.server.sources.guard.HostResolver;
import pond.server.stages.StageService;
import pond.server.swarm.FrozenInvocations;
import pond.server.telemetry.MetricsHandler;
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

    private static final List<String> DOCS = List.of(
            "integrate",
            "client",
            "runs",
            "events",
            "results",
            "webhooks",
            "keys",
            "errors",
            "command-line",
            "workflows",
            "builtins",
            "workers",
            "sandboxing",
            "swarm",
            "operating",
            "backup",
            "retention",
            "limits",
            "maintenance",
            "observability",
            "configuration",
            "decisions");

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
        Storage storage = Storage.open(config, clock, closing);
        StateDir state = storage.state();
        Database database = storage.database();
        Registry registry = Registry.open(config, storage, clock);
        RoomSettings settings = new RoomSettings(config);
        DiskSpace disk = settings.disk(state);
        Telemetry telemetry = closing.add(Telemetry.start(settings.telemetry(), clock));

        LogService logs = new LogService(storage.logDatabase(), clock, config.logMaxBytes() * RUN_LOG_JOBS);
        UsageService usage = new UsageService(database);
        ArtifactService artifacts = new ArtifactService(database, state.artifacts(), clock);
        Bundles bundles = new Bundles(state.bundles());
        StageService stages = new StageService();
        WorkerService workers = new WorkerService(database, clock);
        EnrollmentService enrollment = new EnrollmentService(database, clock);
        RunService runs =
                new RunService(database, logs, stages, registry.sourceKey(), settings.admission(storage, disk), clock);
        Webhooks webhooks = closing.add(Webhooks.start(database, runs, settings.webhooks(), clock));
        JobListener jobs = telemetry.watch(
                storage, new Telemetry.Watched(runs, stages, logs, artifacts, usage, workers, webhooks.service()));
        Dispatching dispatching = Dispatching.start(
                storage,
                new Dispatching.Around(runs, stages, logs, artifacts, usage, workers, enrollment, registry, jobs),
                settings.dispatch(),
                clock,
                closing);

        Rooms rooms = new Rooms(
                database,
                dispatching.workerDesk(),
                dispatching.jobDesk(),
                runs,
                stages,
                logs,
                artifacts,
                usage,
                new FrozenInvocations(),
                dispatching.budgets(),
                dispatching.endCheck(),
                new CredentialHandout(database, registry.credentials(), registry.audit()),
                registry.audit(),
                enrollment,
                workers,
                bundles,
                dispatching.settings().limits(),
                disk);
        FilesLock filesLock = new FilesLock(state);
        Retention retention = closing.add(Retention.start(storage, rooms, filesLock, settings.retention(), clock));
        closing.add(new Housekeeping(rooms, retention.removals(), filesLock, clock))
                .start();
        Backups backups = closing.add(Backups.start(config, storage, filesLock, clock));
        SourceFetcher fetcher =
                new SourceFetcher(bundles, state.tmp(), settings.sources(), HostResolver.system(), (SSLSocketFactory)
                        SSLSocketFactory.getDefault());
        closing.add(LocalWorkers.start(
                settings.local(state, clock),
                () -> new WorkerProtocolService(rooms, new Party(null, Set.of("pool:trusted"))),
                runs,
                fetcher));
        Answers answers = new Answers();
        Access access = new Access(runs);
        KeyService keys = new KeyService(database, registry.audit(), clock);
        PreflightService preflight =
                new PreflightService(workers, registry.harnesses(), registry.models(), settings.preflight());
        RerunService reruns = new RerunService(database, runs, stages, artifacts, bundles, clock);
        LogTail tail = new LogTail(
                logs,
                run -> runs.find(run).map(found -> found.status().isTerminal()).orElse(true),
                retention.removals()::findLogs);
        EventService events = closing.add(new EventService(runs, logs, EventService.Settings.usual()));
        telemetry.watch(answers, events);
        telemetry.watch(disk, backups.service());
        Authenticator authenticator = authenticator(keys, enrollment, settings);
        Dispatcher dispatcher = dispatching.dispatcher();
        HttpServer server = closing.add(HttpServer.start(
                HttpServer.Settings.of(config.host(), config.port()),
                answers,
                List.of(
                        settings.auth(authenticator)::register,
                        new CredentialHandler(registry.credentials(), answers)::register,
                        new HarnessHandler(registry.harnesses(), answers)::register,
                        new ModelHandler(registry.models(), answers)::register,
                        new KeyHandler(keys, answers)::register,
                        new AuditHandler(registry.audit(), answers)::register,
                        new MaintenanceHandler(dispatching.maintenance(), answers)::register,
                        new PreflightHandler(preflight, answers)::register,
                        new RunHandler(runs, dispatcher, preflight, access, answers)::register,
                        new RerunHandler(reruns, dispatcher, preflight, access, answers)::register,
                        new LogHandler(tail, access, answers)::register,
                        new EventHandler(events, access, answers)::register,
                        new UsageHandler(usage, access, answers)::register,
                        new UsageReportHandler(new UsageReports(database, clock), answers)::register,
                        new WebhookHandler(webhooks.service(), access, answers)::register,
                        new ArtifactHandler(artifacts, access, retention.removals()::findArtifacts, answers)::register,
                        retention.handler(answers)::register,
                        new WorkerHandler(rooms, answers)::register,
                        new PoolHandler(rooms, answers)::register,
                        new HealthHandler(answers, alive(), storage.checks(), advice(disk, dispatching, backups))
                                ::register,
                        new MetricsHandler(telemetry.metrics(), authenticator)::register,
                        new DocsHandler(DOCS)::register)));
        // Closed first: nobody is handed a job while the answers under way are waited for.
        closing.add(dispatching.leaseDesk());
        return server;
    }

    private Authenticator authenticator(KeyService keys, EnrollmentService enrollment, RoomSettings settings) {
        Optional<Auth0Admins> admins = settings.auth0().map(tenant -> closing.add(Auth0Admins.of(tenant, clock)));
        return new Authenticator(
                config.serviceToken(),
                keys,
                Map.of(
                        EnrollmentService.CODE_PREFIX, enrollment::findCode,
                        EnrollmentService.BEARER_PREFIX, enrollment::findBearer),
                admins);
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

    /** None of these makes a server unready: taken out of use, it could not take submits, tell of runs or end them. */
    private static HealthHandler.Advice advice(DiskSpace disk, Dispatching dispatching, Backups backups) {
        return new HealthHandler.Advice(
                List.of(new ReadyCheck("disk", disk::shortage), dispatching.maintenanceCheck(), backups.check()),
                () -> backups.service().lastProven());
    }

    private HealthView alive() {
        return new HealthView("ok", config.envLabel().orElse(null), VersionProvider.version());
    }
}
