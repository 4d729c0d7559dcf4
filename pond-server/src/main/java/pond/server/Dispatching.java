package pond.server;

import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.artifacts.ArtifactService;
import pond.server.dispatch.Agents;
import pond.server.dispatch.Budgets;
import pond.server.dispatch.DispatchSettings;
import pond.server.dispatch.Dispatcher;
import pond.server.dispatch.EndCheck;
import pond.server.dispatch.JobDesk;
import pond.server.dispatch.JobListener;
import pond.server.dispatch.LeaseDesk;
import pond.server.dispatch.Reaper;
import pond.server.dispatch.Recovery;
import pond.server.dispatch.Resumption;
import pond.server.dispatch.WorkerDesk;
import pond.server.enrollment.EnrollmentService;
import pond.server.http.ReadyCheck;
import pond.server.logs.LogService;
import pond.server.maintenance.Maintenance;
import pond.server.maintenance.MaintenanceMode;
import pond.server.maintenance.MaintenanceService;
import pond.server.runs.RunService;
import pond.server.stages.StageService;
import pond.server.swarm.Attestations;
import pond.server.usage.UsageService;
import pond.server.workers.WorkerService;

/** The parts of the dispatch room, wired to each other and to the rooms that they move. */
record Dispatching(
        Dispatcher dispatcher,
        JobDesk jobDesk,
        WorkerDesk workerDesk,
        LeaseDesk leaseDesk,
        Budgets budgets,
        EndCheck endCheck,
        DispatchSettings settings,
        MaintenanceService maintenance) {
    private static final Logger log = LoggerFactory.getLogger(Dispatching.class);

    /** The rooms that dispatch moves, or asks before it does, and who is told of what becomes of jobs. */
    record Around(
            RunService runs,
            StageService stages,
            LogService logs,
            ArtifactService artifacts,
            UsageService usage,
            WorkerService workers,
            EnrollmentService enrollment,
            Registry registry,
            JobListener jobs) {}

    /** Takes up what an earlier server has left, and enforces deadlines from now on. */
    static Dispatching start(
            Storage storage, Around around, DispatchSettings settings, InstantSource clock, Closing closing)
            throws IOException {
        RunService runs = around.runs();
        StageService stages = around.stages();
        WorkerService workers = around.workers();
        Registry registry = around.registry();
        MaintenanceMode mode = new MaintenanceMode();
        LeaseDesk leaseDesk = new LeaseDesk(storage.database(), workers, mode, storage.completions());
        EndCheck endCheck = new EndCheck(new Attestations(around.enrollment(), around.usage()));
        Budgets budgets = new Budgets(runs, stages, around.usage());
        Agents agents = new Agents(registry.harnesses(), registry.models(), around.artifacts(), around.logs(), budgets);
        Dispatcher dispatcher = new Dispatcher(runs, stages, workers, leaseDesk, agents, settings, clock);
        dispatcher.onJobs(around.jobs());
        registry.harnesses().onPut(dispatcher::registered);
        registry.models().onPut(dispatcher::registered);
        JobDesk jobDesk = new JobDesk(
                storage.database(), dispatcher, runs, stages, around.artifacts(), endCheck, settings, clock);
        WorkerDesk.Context context = new WorkerDesk.Context(stages, settings, clock, storage.completions());
        WorkerDesk workerDesk =
                new WorkerDesk(storage.database(), dispatcher, jobDesk, leaseDesk, workers, budgets, context);
        Reaper reaper = closing.add(new Reaper(storage.database(), dispatcher, workerDesk, jobDesk, workers, context));
        MaintenanceService maintenance =
                new MaintenanceService(storage.database(), registry.audit(), jobDesk::countLeased, mode, clock);
        maintenance.onEnd(new Resumption(leaseDesk, settings, clock)::resume);
        maintenance.find().ifPresent(Dispatching::warn);
        Recovery recovery = new Recovery(storage.database(), workerDesk, workers, context);
        if (Files.exists(storage.state().restoredMark())) {
            recovery.afterRestore().join();
            Files.delete(storage.state().restoredMark());
        } else {
            recovery.afterStop().join();
        }
        reaper.start();
        return new Dispatching(dispatcher, jobDesk, workerDesk, leaseDesk, budgets, endCheck, settings, maintenance);
    }

    /** What an operator may have forgotten, or a colleague does not know. */
    private static void warn(Maintenance now) {
        log.warn(
                "in maintenance since {}{}; no jobs are handed out until 'maintenance off'",
                now.since(),
                now.reason() == null ? "" : " (" + now.reason() + ")");
    }

    /** Since when nothing is handed out; why is not for everybody who may look. */
    ReadyCheck maintenanceCheck() {
        return new ReadyCheck("maintenance", () -> maintenance.find().map(now -> "on since " + now.since()));
    }
}
