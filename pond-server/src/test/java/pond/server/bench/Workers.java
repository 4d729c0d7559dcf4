package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;

/** Figures of workers outside the server: one real one, and a thousand that wait. */
final class Workers {
    /** A server is used for days; the compiler has done its work by then. */
    private static final int WARM_UP = 400;

    private static final int SEQUENTIAL = 300;
    private static final int FIRST_LINES = 15;
    private static final int IDLE = 1_000;
    private static final int SETTLE_MILLIS = 60_000;
    private static final int IDLE_MILLIS = 30_000;
    private static final int BACK_MILLIS = 60_000;
    private static final String PLAIN = "{\"kind\":\"shell\",\"argv\":[\"true\"],\"sandbox\":{\"profile\":\"none\"}}";
    private static final Map<String, String> NOTHING_LOCAL = Map.of("POND_LOCAL_EXECUTORS", "");

    private final Path root;
    private final Path folder;
    private final ColdStart starts;
    private final Machine machine;
    private final Report report;

    Workers(Path root, Path folder, ColdStart starts, Machine machine, Report report) {
        this.root = root;
        this.folder = folder;
        this.starts = starts;
        this.machine = machine;
        this.report = report;
    }

    /** Both parts; answers how many lines of trouble the servers logged. */
    int measure() throws Exception {
        return remote() + idle();
    }

    private int remote() throws Exception {
        try (Server server = starts.script(folder.resolve("remote"), NOTHING_LOCAL);
                WorkerProcess worker = WorkerProcess.start(root, server, folder.resolve("worker"), 4)) {
            report.heading("a worker in a process of its own, over HTTP, 4 slots");
            report.figure("process start to attached, enrolment included", "%.0f ms".formatted(worker.attachMillis()));
            server.idle(5_000);
            report.atMost("resident, idle", worker.memory(), "MiB", 90, 60);
            double floor =
                    5 * machine.roundTrip().p50() + 3 * machine.fdatasync().p50();
            double spawn = 4_000 / machine.spawns();
            Samples plain = done(server, PLAIN);
            report.atMost(
                    "submit to done of a plain true, p50", plain.p50(), "ms", floor + 3 + 2 * spawn, floor + 2 * spawn);
            report.figure("submit to done of a plain true", plain.toString());
            report.figure(
                    "submit to done of true, sandboxed where it can be",
                    done(server, Runs.TRUE).toString());
            Samples first = Logs.firstLine(server, FIRST_LINES);
            report.atMost("first line visible, p50", first.p50(), "ms", 250, 50);
            return server.trouble();
        }
    }

    private int idle() throws Exception {
        Path state = folder.resolve("idle");
        int trouble;
        IdleWorkers workers;
        Server first = starts.script(state, NOTHING_LOCAL);
        try (first) {
            // Only then is it up, and no longer the script that starts it.
            first.connect().close();
            double before = memory(first);
            workers = IdleWorkers.attach(first, IDLE);
            report.heading("1,000 workers that wait for jobs");
            // Some thousand calls, until the compiler has done its work: such a server has been up for longer than a
            // minute.
            first.idle(SETTLE_MILLIS);
            workers.answersSince();
            double cpu = first.cpuSeconds();
            first.idle(IDLE_MILLIS);
            double share = (first.cpuSeconds() - cpu) / (IDLE_MILLIS / 1_000.0) * 100;
            report.figure("lease calls answered", "%.0f/s".formatted(workers.answersSince() * 1_000.0 / IDLE_MILLIS));
            report.atMost("CPU of the server", share, "% of a core", 3, 1.5);
            report.atMost("memory more than without them", memory(first) - before, "MiB", 128, 64);
            Runs.sequential(first, Runs.NOOP, WARM_UP);
            double floor =
                    5 * machine.roundTrip().p50() + 3 * machine.fdatasync().p50();
            report.atMost(
                    "submit to one of them having the job, p50",
                    reach(first, workers).p50(),
                    "ms",
                    floor + 3,
                    floor);
            report.figure(
                    "submit to done, by one of them",
                    Runs.sequential(first, Runs.NOOP, SEQUENTIAL).done().toString());
            trouble = first.trouble();
        }
        try (workers;
                Server again = starts.script(state, NOTHING_LOCAL, first.uri().getPort())) {
            again.connect().close();
            report.figure("calls that failed while the server was away", Integer.toString(workers.failures()));
            workers.answersSince();
            int refused = workers.refusals();
            again.idle(BACK_MILLIS / 4);
            int attempts = workers.failures();
            workers.answersSince();
            again.idle(BACK_MILLIS / 4);
            report.holds("all are back", workers.answersSince() >= IDLE, "15 s after the start");
            report.holds(
                    "nothing was refused", workers.refusals() == refused, workers.refusals() - refused + " answers");
            report.holds(
                    "no call fails any more", workers.failures() == attempts, workers.failures() - attempts + " calls");
            return trouble + again.trouble();
        }
    }

    /** From the submit to the moment in which a worker has read the answer to its call. */
    private static Samples reach(Server server, IdleWorkers workers) throws Exception {
        LongStream.Builder times = LongStream.builder();
        String body = Runs.body("reach", Runs.NOOP);
        try (Wire wire = server.connect()) {
            for (int i = 0; i < SEQUENTIAL; i++) {
                long start = System.nanoTime();
                JsonNode run = wire.post("/v1/runs", body);
                Runs.requireDone(Runs.end(wire, run));
                times.add(workers.arrival(run.path("id").asText()) - start);
            }
        }
        return Samples.of(times.build());
    }

    private static Samples done(Server server, String executor) throws Exception {
        Runs.sequential(server, executor, WARM_UP);
        return Runs.sequential(server, executor, SEQUENTIAL).done();
    }

    private static double memory(Server server) throws Exception {
        return server.memory("VmRSS");
    }
}
