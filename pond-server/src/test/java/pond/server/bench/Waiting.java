package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.LongStream;

/** A thousand workers that wait for jobs, and come back after a restart of the server. */
final class Waiting {
    private static final int ROUNDS = 5;
    private static final int WARM_UP = 400;
    private static final int SEQUENTIAL = 100;
    private static final int WORKERS = 1_000;
    private static final int SETTLE_MILLIS = 40_000;
    private static final int IDLE_MILLIS = 30_000;
    private static final int BACK_MILLIS = 15_000;

    private final Site site;
    private final Report report;

    private Waiting(Site site) {
        this.site = site;
        this.report = site.report();
    }

    static void measure(Site site) throws Exception {
        site.report().heading("%,d workers that wait for jobs (load %s)".formatted(WORKERS, MachineFacts.load()));
        new Waiting(site).measure();
    }

    private void measure() throws Exception {
        IdleWorkers workers;
        Server first = site.server("waiting", Site.NOTHING_LOCAL);
        try (first) {
            // Only then is it up, and no longer the script that starts it.
            first.connect().close();
            double before = first.memory("VmRSS");
            workers = IdleWorkers.attach(first, WORKERS);
            // Some thousand calls, until the compiler has done its work: such a server has been up for longer.
            first.idle(SETTLE_MILLIS);
            workers.answersSince();
            double cpu = first.cpuSeconds();
            first.idle(IDLE_MILLIS);
            double share = (first.cpuSeconds() - cpu) / (IDLE_MILLIS / 1_000.0) * 100;
            report.figure("lease calls answered", "%.0f/s".formatted(workers.answersSince() * 1_000.0 / IDLE_MILLIS));
            report.atMost("CPU of the server", share, "% of a core", 3, 1.5);
            report.atMost("memory more than without them", first.memory("VmRSS") - before, "MiB", 128, 64);
            Runs.sequential(first, Runs.NOOP, WARM_UP);
            Rounds<Reached> rounds = Rounds.take(site, ROUNDS, () -> reach(first, workers));
            double floor = rounds.medianLimit(Machine::floorMillis);
            report.atMost(
                    "submit to one of them having the job, p50",
                    rounds.figure(reached -> reached.worker.p50()),
                    "ms",
                    floor + 3,
                    floor);
            report.figure("submit to done, by one of them, p50", rounds.figure(reached -> reached.done.p50()), "ms");
        }
        try (workers;
                Server again =
                        site.server("waiting", Site.NOTHING_LOCAL, first.uri().getPort())) {
            back(again, workers);
        }
    }

    private void back(Server again, IdleWorkers workers) throws Exception {
        again.connect().close();
        report.figure("calls that failed while the server was away", Integer.toString(workers.failures()));
        workers.answersSince();
        int refused = workers.refusals();
        again.idle(BACK_MILLIS);
        int attempts = workers.failures();
        workers.answersSince();
        again.idle(BACK_MILLIS);
        report.holds("all are back", workers.answersSince() >= WORKERS, "15 s after the start");
        report.holds("nothing was refused", workers.refusals() == refused, workers.refusals() - refused + " answers");
        report.holds(
                "no call fails any more", workers.failures() == attempts, workers.failures() - attempts + " calls");
    }

    /** From the submit until a worker had read the answer to its call, and until the run was done. */
    private record Reached(Samples worker, Samples done) {}

    private static Reached reach(Server server, IdleWorkers workers) throws Exception {
        LongStream.Builder reached = LongStream.builder();
        LongStream.Builder done = LongStream.builder();
        String body = Runs.body("reach", Runs.NOOP);
        try (Wire wire = server.connect()) {
            for (int i = 0; i < SEQUENTIAL; i++) {
                long start = System.nanoTime();
                JsonNode run = wire.post("/v1/runs", body);
                Runs.requireDone(Runs.end(wire, run));
                done.add(System.nanoTime() - start);
                reached.add(workers.arrival(run.path("id").asText()) - start);
            }
        }
        return new Reached(Samples.of(reached.build()), Samples.of(done.build()));
    }
}
