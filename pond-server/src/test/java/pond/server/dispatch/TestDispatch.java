package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import pond.common.api.EnrollmentCodeView;
import pond.common.api.RerunFrom;
import pond.common.api.RerunOf;
import pond.common.api.RunDetails;
import pond.common.api.StageView;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.common.json.Json;
import pond.common.protocol.Job.Limits;
import pond.server.TestSchema;
import pond.server.artifacts.ArtifactService;
import pond.server.audit.AuditLog;
import pond.server.auth.Principal;
import pond.server.config.UnconfinedShell;
import pond.server.credentials.CredentialHandout;
import pond.server.credentials.Credentials;
import pond.server.db.Database;
import pond.server.db.DatabaseConfig;
import pond.server.db.StateDir;
import pond.server.enrollment.CodeRequest;
import pond.server.enrollment.EnrollmentService;
import pond.server.harnesses.Harnesses;
import pond.server.limits.DiskSpace;
import pond.server.limits.ProjectBytes;
import pond.server.limits.ProjectLimits;
import pond.server.logs.LogService;
import pond.server.maintenance.MaintenanceMode;
import pond.server.maintenance.MaintenanceService;
import pond.server.models.Models;
import pond.server.preflight.PreflightService;
import pond.server.preflight.PreflightSettings;
import pond.server.runs.Admission;
import pond.server.runs.RerunService;
import pond.server.runs.RunService;
import pond.server.runs.Submission;
import pond.server.runs.Submitter;
import pond.server.sealing.SourceKey;
import pond.server.sources.guard.Bundles;
import pond.server.stages.StageService;
import pond.server.swarm.Attestations;
import pond.server.swarm.FrozenInvocations;
import pond.server.usage.UsageService;
import pond.server.workerapi.Rooms;
import pond.server.workers.WorkerService;
import pond.testing.TestClock;
import pond.testing.TestMachine;

/** The dispatch of a server on its real database, without HTTP; time passes when a test says so. */
public final class TestDispatch implements AutoCloseable {
    public static final DispatchSettings SETTINGS = new DispatchSettings(
            Duration.ofSeconds(90),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofHours(1),
            new Limits(1 << 20, 1 << 19));

    final TestClock clock;
    final RunService runs;
    final Dispatcher dispatcher;
    final WorkerDesk workerDesk;
    final LeaseDesk leaseDesk;
    final Recovery recovery;
    final Harnesses harnesses;
    final Models models;
    public final Rooms rooms;
    final Credentials credentials;
    final MaintenanceService maintenance;
    private final Reaper reaper;
    private final PreflightService preflight;
    private final List<Runnable> parts;

    public TestDispatch(Path folder) throws Exception {
        this(folder, new TestClock());
    }

    /** With other limits for a job. */
    public TestDispatch(Path folder, Limits limits) throws Exception {
        this(
                folder,
                new TestClock(),
                new DispatchSettings(
                        SETTINGS.noWorkerGrace(),
                        SETTINGS.lease(),
                        SETTINGS.cancelGrace(),
                        SETTINGS.runLimit(),
                        limits));
    }

    /** With bounds for projects. */
    public TestDispatch(Path folder, ProjectLimits projects) throws Exception {
        this(
                folder,
                new TestClock(),
                new DispatchSettings(
                        SETTINGS.noWorkerGrace(),
                        SETTINGS.lease(),
                        SETTINGS.cancelGrace(),
                        SETTINGS.runLimit(),
                        SETTINGS.limits(),
                        projects));
    }

    /** On what an earlier one has left in the folder. */
    TestDispatch(Path folder, TestClock clock) throws Exception {
        this(folder, clock, SETTINGS);
    }

    private TestDispatch(Path folder, TestClock clock, DispatchSettings settings) throws Exception {
        this.clock = clock;
        ExecutorService answers = Executors.newFixedThreadPool(2);
        StateDir state = StateDir.forServer(folder);
        Database database = Database.open(DatabaseConfig.of("pond", state.pondDb()), TestSchema.pond(clock), answers);
        Database logDatabase =
                Database.open(DatabaseConfig.of("logs", state.logsDb()), TestSchema.logs(clock), answers);
        LogService logs = new LogService(logDatabase, clock, Long.MAX_VALUE / 2);
        ArtifactService artifacts = new ArtifactService(database, state.artifacts(), clock);
        StageService stages = new StageService();
        WorkerService workers = new WorkerService(database, clock);
        ProjectBytes bytes = new ProjectBytes(database, logDatabase, 0, () -> 0);
        Admission admission = new Admission(database, DiskSpace.unbounded(), settings.projects(), bytes);
        runs = new RunService(database, logs, stages, new SourceKey(new byte[32]), admission, clock);
        MaintenanceMode mode = new MaintenanceMode();
        leaseDesk = new LeaseDesk(database, workers, mode, answers);
        AuditLog audit = new AuditLog(database, clock);
        harnesses = new Harnesses(database, audit, clock);
        models = new Models(database, audit, clock);
        credentials = new Credentials(database, new SourceKey(new byte[32]), models::listUsersOf, audit, clock);
        UsageService usage = new UsageService(database);
        EnrollmentService enrollment = new EnrollmentService(database, clock);
        EndCheck endCheck = new EndCheck(new Attestations(enrollment, usage));
        Budgets budgets = new Budgets(runs, stages, usage);
        Agents agents = new Agents(harnesses, models, artifacts, logs, budgets);
        dispatcher = new Dispatcher(runs, stages, workers, leaseDesk, agents, settings, clock);
        harnesses.onPut(dispatcher::registered);
        models.onPut(dispatcher::registered);
        JobDesk jobDesk = new JobDesk(database, dispatcher, runs, stages, artifacts, endCheck, settings, clock);
        WorkerDesk.Context context = new WorkerDesk.Context(stages, settings, clock, answers);
        workerDesk = new WorkerDesk(database, dispatcher, jobDesk, leaseDesk, workers, budgets, context);
        maintenance = new MaintenanceService(database, audit, jobDesk::countLeased, mode, clock);
        maintenance.onEnd(new Resumption(leaseDesk, settings, clock)::resume);
        recovery = new Recovery(database, workerDesk, workers, context);
        reaper = new Reaper(database, dispatcher, workerDesk, jobDesk, workers, context);
        rooms = new Rooms(
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
                new Bundles(state.bundles()),
                settings.limits(),
                DiskSpace.unbounded());
        preflight = new PreflightService(
                workers,
                harnesses,
                models,
                new PreflightSettings(false, UnconfinedShell.ALL, java.util.Set.of(), false, List.of()));
        parts = List.of(
                reaper::close, leaseDesk::close, database::close, logDatabase::close, state::close, answers::shutdown);
    }

    FakeWorker worker(String name, int slots, String... kinds) {
        return new FakeWorker(this, name, slots, kinds);
    }

    /** Makes a machine of its own a worker; its identity. */
    public WorkerId enroll(String name) {
        return enroll(new TestMachine(name));
    }

    /** The same for a machine that is there. */
    public WorkerId enroll(TestMachine machine) {
        CodeRequest request = new CodeRequest(List.of(), null, Duration.ofHours(1), 1, null);
        EnrollmentCodeView code =
                get(rooms.database().write(tx -> rooms.enrollment().create(tx, request)));
        return get(rooms.enrollment().enroll(code.id(), machine.enroll(String.valueOf(code.code()))))
                .worker();
    }

    /** Submits stages, given as JSON with commas between. */
    public RunId submit(String project, String stages) {
        return get(runs.submit(submission(project, stages), dispatcher)).run().id();
    }

    /** The same with one edge, as JSON. */
    RunId submit(String project, String stages, String edge) {
        return submitDefinition(project, "{\"stages\":[%s],\"edges\":[%s]}".formatted(stages, edge));
    }

    /** The same with a whole definition. */
    RunId submitDefinition(String project, String definition) {
        return get(runs.submit(submissionOf(project, definition), dispatcher))
                .run()
                .id();
    }

    /** Makes a run from one that has ended. */
    RunId rerun(RunId original, RerunFrom from) throws IOException {
        RerunService reruns =
                new RerunService(rooms.database(), runs, rooms.stages(), rooms.artifacts(), rooms.bundles(), clock);
        RerunOf of = new RerunOf(original, from);
        PreflightService.Passed passed = preflight.require(new Principal.Service(), reruns.body(of));
        return get(reruns.rerun(of, passed, Submitter.SERVICE, Optional.empty(), dispatcher))
                .run()
                .id();
    }

    Submission submission(String project, String stages) {
        return submissionOf(project, "{\"stages\":[%s]}".formatted(stages));
    }

    private Submission submissionOf(String project, String definition) {
        PreflightService.Passed passed = preflight.require(
                new Principal.Service(),
                Json.readTree("{\"projectId\":\"%s\",\"definition\":%s}".formatted(project, definition)));
        return new Submission(
                passed.project(), Submitter.SERVICE, passed.request(), passed.stages(), List.of(), Optional.empty());
    }

    private static JsonNode body(String project, String stages, String edges) {
        return Json.readTree("{\"projectId\":\"%s\",\"definition\":{\"stages\":[%s],\"edges\":%s}}"
                .formatted(project, stages, edges));
    }

    /** The codes of what a preflight has to say. */
    List<String> warnings(String stages) {
        return preflight.report(new Principal.Service(), body("garden", stages, "[]")).problems().stream()
                .map(problem -> problem.code().toString())
                .toList();
    }

    public static String noop(String key) {
        return "{\"key\":\"%s\",\"executor\":{\"kind\":\"noop\"}}".formatted(key);
    }

    static String shell(String key, String more) {
        return "{\"key\":\"%s\",\"executor\":{\"kind\":\"shell\",\"argv\":[\"true\"]}%s}".formatted(key, more);
    }

    /** Lets time pass and ends every wait that is over by then. */
    public void pass(Duration time) {
        clock.advance(time);
        settle();
        assertThat(reaper.endDue()).isTrue();
        settle();
    }

    /** Waits for what commits have set off: it is queued behind them. */
    public void settle() {
        for (int i = 0; i < 3; i++) {
            get(rooms.database().change(tx -> {}));
        }
    }

    /** Holds up the writer, so that all that is asked of it until the latch is opened becomes one commit. */
    CountDownLatch hold() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch opened = new CountDownLatch(1);
        CompletableFuture<?> unused = rooms.database().change(tx -> {
            begun.countDown();
            await(opened);
        });
        await(begun);
        return opened;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    RunDetails details(RunId run) {
        return runs.get(run);
    }

    public String status(RunId run) {
        return details(run).run().status().toString();
    }

    public StageView stage(RunId run, String key) {
        return details(run).stages().stream()
                .filter(stage -> stage.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    /** The text of a run's log. */
    public List<String> lines(RunId run) {
        return rooms.logs().page(run, 0, 10_000).lines().stream()
                .map(pond.common.api.LogLine::line)
                .toList();
    }

    String waitingFor(RunId run, String key) {
        return Optional.ofNullable(stage(run, key).waiting())
                .map(pond.common.api.Waiting::code)
                .orElse("nothing");
    }

    public void cancel(RunId run) {
        get(runs.cancel(run, dispatcher));
    }

    @Override
    public void close() {
        parts.forEach(Runnable::run);
    }
}
