package pond.server;

import java.time.InstantSource;
import pond.server.artifacts.ArtifactService;
import pond.server.dispatch.Agents;
import pond.server.dispatch.Budgets;
import pond.server.dispatch.DispatchSettings;
import pond.server.dispatch.Dispatcher;
import pond.server.dispatch.EndCheck;
import pond.server.dispatch.JobDesk;
import pond.server.dispatch.LeaseDesk;
import pond.server.dispatch.Reaper;
import pond.server.dispatch.WorkerDesk;
import pond.server.enrollment.EnrollmentService;
import pond.server.logs.LogService;
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
        DispatchSettings settings) {

    /** The rooms that dispatch moves, or asks before it does. */
    record Around(
            RunService runs,
            StageService stages,
            LogService logs,
            ArtifactService artifacts,
            UsageService usage,
            WorkerService workers,
            EnrollmentService enrollment,
            Registry registry) {}

    /** Takes up what an earlier server has left, and enforces deadlines from now on. */
    static Dispatching start(
            Storage storage, Around around, DispatchSettings settings, InstantSource clock, Closing closing) {
        RunService runs = around.runs();
        StageService stages = around.stages();
        WorkerService workers = around.workers();
        Registry registry = around.registry();
        LeaseDesk leaseDesk = new LeaseDesk(storage.database(), workers, storage.completions());
        EndCheck endCheck = new EndCheck(new Attestations(around.enrollment(), around.usage()));
        Budgets budgets = new Budgets(runs, stages, around.usage());
        Agents agents = new Agents(registry.harnesses(), registry.models(), around.artifacts(), around.logs(), budgets);
        Dispatcher dispatcher = new Dispatcher(runs, stages, workers, leaseDesk, agents, settings, clock);
        registry.harnesses().onPut(dispatcher::registered);
        registry.models().onPut(dispatcher::registered);
        JobDesk jobDesk = new JobDesk(
                storage.database(), dispatcher, runs, stages, around.artifacts(), endCheck, settings, clock);
        WorkerDesk.Context context = new WorkerDesk.Context(stages, settings, clock, storage.completions());
        WorkerDesk workerDesk =
                new WorkerDesk(storage.database(), dispatcher, jobDesk, leaseDesk, workers, budgets, context);
        Reaper reaper = closing.add(new Reaper(storage.database(), dispatcher, workerDesk, jobDesk, workers, context));
        workerDesk.recover().join();
        reaper.start();
        return new Dispatching(dispatcher, jobDesk, workerDesk, leaseDesk, budgets, endCheck, settings);
    }
}
