package pond.server.workerapi;

import pond.common.protocol.Job.Limits;
import pond.server.artifacts.ArtifactService;
import pond.server.audit.AuditLog;
import pond.server.credentials.CredentialHandout;
import pond.server.db.Database;
import pond.server.dispatch.Budgets;
import pond.server.dispatch.EndCheck;
import pond.server.dispatch.JobDesk;
import pond.server.dispatch.WorkerDesk;
import pond.server.enrollment.EnrollmentService;
import pond.server.limits.DiskSpace;
import pond.server.logs.LogService;
import pond.server.runs.RunService;
import pond.server.sources.guard.Bundles;
import pond.server.stages.StageService;
import pond.server.swarm.FrozenInvocations;
import pond.server.usage.UsageService;
import pond.server.workers.WorkerService;

/** The rooms that the worker protocol leads to. */
public record Rooms(
        Database database,
        WorkerDesk workerDesk,
        JobDesk jobDesk,
        RunService runs,
        StageService stages,
        LogService logs,
        ArtifactService artifacts,
        UsageService usage,
        FrozenInvocations invocations,
        Budgets budgets,
        EndCheck endCheck,
        CredentialHandout handout,
        AuditLog audit,
        EnrollmentService enrollment,
        WorkerService workers,
        Bundles bundles,
        Limits limits,
        DiskSpace disk) {}
