package pond.server;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import pond.server.artifacts.ArtifactService;
import pond.server.backup.BackupService;
import pond.server.dispatch.Backlog;
import pond.server.dispatch.JobListener;
import pond.server.events.EventService;
import pond.server.http.Answers;
import pond.server.limits.DiskSpace;
import pond.server.logs.LogService;
import pond.server.runs.OpenRuns;
import pond.server.runs.RunService;
import pond.server.stages.StageService;
import pond.server.telemetry.Export;
import pond.server.telemetry.Metrics;
import pond.server.telemetry.ProcessMeters;
import pond.server.telemetry.RequestRecorder;
import pond.server.telemetry.RunRecorder;
import pond.server.telemetry.StoreMeters;
import pond.server.telemetry.WorkRecorder;
import pond.server.telemetry.otel.OtelExport;
import pond.server.telemetry.otel.OtelSettings;
import pond.server.usage.UsageService;
import pond.server.webhooks.WebhookService;
import pond.server.workers.WorkerService;

/**
 * The parts of the telemetry room, joined to the rooms that they listen to.
 *
 * @param metrics other parts of the server may give it numbers of their own
 */
record Telemetry(Metrics metrics, Export export, InstantSource clock) implements AutoCloseable {
    /** Nothing of OpenTelemetry is loaded unless somebody wants it; a fault in its variables is said as for any setting. */
    static Telemetry start(OtelSettings settings, InstantSource clock) {
        Metrics metrics = new Metrics();
        ProcessMeters.register(metrics, settings.version());
        return new Telemetry(
                metrics, settings.wanted() ? OtelExport.start(settings, metrics, clock) : Export.NONE, clock);
    }

    /** The rooms that are listened to. */
    record Watched(
            RunService runs,
            StageService stages,
            LogService logs,
            ArtifactService artifacts,
            UsageService usage,
            WorkerService workers,
            WebhookService webhooks) {}

    /** Listens from now on; gives the listener of the dispatch room, which is yet to be made. */
    JobListener watch(Storage storage, Watched rooms) {
        StoreMeters.databases(metrics, Map.of("pond", storage.database(), "logs", storage.logDatabase()));
        StoreMeters.logs(metrics, rooms.logs());
        StoreMeters.artifacts(metrics, rooms.artifacts());
        StoreMeters.webhooks(metrics, rooms.webhooks());
        RunRecorder runs = new RunRecorder(metrics, rooms.runs(), new OpenRuns(storage.database()), export.spans());
        rooms.runs().onChange(runs);
        rooms.stages().onChange(runs);
        WorkRecorder work = new WorkRecorder(metrics, rooms.workers(), new Backlog(storage.database(), clock));
        rooms.usage().onCall(work);
        return work;
    }

    /** Listens to requests and streams from now on. */
    void watch(Answers answers, EventService events) {
        answers.onRequest(new RequestRecorder(metrics, answers, export.spans(), clock));
        StoreMeters.events(metrics, events);
    }

    /** Shows what there is left, and what there is to fall back on. */
    void watch(DiskSpace disk, BackupService backups) {
        metrics.gauge("pond.disk.free", "By", "Bytes that are free on the disk of the state folder.", disk::free);
        metrics.gauge(
                "pond.backup.time",
                "s",
                "When the last proven backup was taken, in seconds since 1970; 0 when none is known.",
                () -> backups.lastProven().map(Instant::getEpochSecond).orElse(0L));
    }

    @Override
    public void close() {
        export.close();
    }
}
