package pond.server.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import pond.common.api.DeliveryStatus;
import pond.server.artifacts.ArtifactService;
import pond.server.db.Database;
import pond.server.events.EventService;
import pond.server.logs.LogService;
import pond.server.webhooks.WebhookService;

/** What is stored, and sent: databases, logs, artifacts, webhooks, event streams. */
public final class StoreMeters {
    private StoreMeters() {}

    /** Commits, queues and files of databases, by the name that the attribute {@code db} shows. */
    public static void databases(Metrics metrics, Map<String, Database> databases) {
        Histogram duration = metrics.histogram(
                "pond.db.commit.duration", "s", "Time of a commit, with all that it writes.", Histogram.QUICK, "db");
        Histogram size = metrics.histogram(
                "pond.db.commit.size", "{write}", "Writes that one commit takes together.", Histogram.SIZES, "db");
        databases.forEach((name, database) -> database.onCommit((pieces, took) -> {
            duration.record(took, name);
            size.record(pieces, name);
        }));
        metrics.gauges(
                "pond.db.queue",
                "{write}",
                "Writes that are not committed yet.",
                () -> {
                    List<Point> points = new ArrayList<>();
                    databases.forEach((name, database) -> points.add(
                            new Point.Value(List.of(name), database.load().depth())));
                    return points;
                },
                "db");
        metrics.gauges(
                "pond.db.size",
                "By",
                "Bytes of a database on disk: its file, and its write-ahead log.",
                () -> {
                    List<Point> points = new ArrayList<>();
                    databases.forEach((name, database) -> {
                        Database.Sizes sizes = database.sizes();
                        points.add(new Point.Value(List.of(name, "main"), sizes.main()));
                        points.add(new Point.Value(List.of(name, "wal"), sizes.wal()));
                    });
                    return points;
                },
                "db",
                "file");
    }

    public static void logs(Metrics metrics, LogService logs) {
        Counter lines = metrics.counter("pond.log.lines", "{line}", "Log lines of runs that were stored.");
        Counter bytes = metrics.counter("pond.log.size", "By", "Bytes that they take on disk.");
        logs.onAppend((count, size) -> {
            lines.add(count);
            bytes.add(size);
        });
    }

    public static void artifacts(Metrics metrics, ArtifactService artifacts) {
        Counter bytes = metrics.counter("pond.artifacts.size", "By", "Bytes of artifacts that have arrived.");
        artifacts.onArrival(bytes::add);
    }

    public static void webhooks(Metrics metrics, WebhookService webhooks) {
        Counter attempts = metrics.counter(
                "pond.webhook.attempts",
                "{attempt}",
                "Attempts to deliver a webhook, by what became of it.",
                "outcome");
        webhooks.onAttempt(status -> attempts.add(1, outcome(status)));
    }

    private static String outcome(DeliveryStatus after) {
        return switch (after) {
            case DELIVERED -> "delivered";
            case PENDING -> "failed";
            case GIVEN_UP -> "given_up";
        };
    }

    public static void events(Metrics metrics, EventService events) {
        metrics.gauge("pond.events.followers", "{follower}", "Streams of run events that are open.", events::following);
    }
}
