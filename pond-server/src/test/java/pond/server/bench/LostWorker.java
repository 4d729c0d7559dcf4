package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.TimeUnit;

/** {@code kill -9} of a worker whose stages run: when its processes are gone, and when the server says that it is lost. */
final class LostWorker {
    /** The lease of a server without settings, and what may come on top. */
    private static final int LEASE_SECONDS = 30;

    private static final int LATE_SECONDS = 5;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private LostWorker() {}

    static void measure(Site site) throws Exception {
        Report report = site.report();
        report.heading(
                "kill -9 of a worker, with a lease of %d s (load %s)".formatted(LEASE_SECONDS, MachineFacts.load()));
        try (Server server = site.server("lost", Site.NOTHING_LOCAL);
                Wire wire = server.connect();
                WorkerProcess worker = site.worker(server, "lost-worker", 2)) {
            JsonNode plain = start(wire, "none", "86401.25");
            JsonNode confined = Machine.BUBBLEWRAP ? start(wire, "trusted-code", "86402.25") : plain;
            long killed = System.nanoTime();
            worker.kill();
            gone(report, "plain processes gone after", "86401.25", killed);
            if (Machine.BUBBLEWRAP) {
                gone(report, "processes in a sandbox gone after", "86402.25", killed);
            }
            JsonNode end = Runs.end(wire, plain);
            double seconds = seconds(killed);
            report.atMost("stage seen as lost after", seconds, "s", LEASE_SECONDS + LATE_SECONDS, LEASE_SECONDS / 2.0);
            report.holds(
                    "both stages failed with worker_lost", isLost(end) && isLost(Runs.end(wire, confined)), "2 stages");
        }
    }

    private static JsonNode start(Wire wire, String profile, String seconds) throws Exception {
        JsonNode run = wire.post(
                "/v1/runs",
                Runs.body(
                        "lost",
                        "{\"kind\":\"shell\",\"argv\":[\"sh\",\"-c\",\"sleep " + seconds + " & sleep " + seconds
                                + "\"],\"sandbox\":{\"profile\":\"" + profile + "\"}}"));
        Runs.awaitRunning(wire, run);
        long begun = System.nanoTime();
        // The shell and its two children.
        while (Processes.withArgument(seconds) < 3) {
            if (System.nanoTime() - begun > PATIENCE_NANOS) {
                throw new IllegalStateException("a stage that runs has no processes");
            }
        }
        return run;
    }

    private static void gone(Report report, String name, String argument, long killed) throws Exception {
        long left = Processes.withArgument(argument);
        while (left > 0 && System.nanoTime() - killed < PATIENCE_NANOS) {
            left = Processes.withArgument(argument);
        }
        if (left > 0) {
            report.holds(name, false, left + " left after 10 s");
        } else {
            report.atMost(name, seconds(killed), "s", LATE_SECONDS, 1);
        }
    }

    private static boolean isLost(JsonNode run) {
        return run.at("/error/code").asText().equals("worker_lost");
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
