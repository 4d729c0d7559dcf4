package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How much later a server is at work again after {@code kill -9} when 10,000 runs were queued: from the start of its process
 * until the first of them is done, against the start of a server that was killed with nothing to do, until a run that is
 * submitted then is done. In turns.
 */
final class Recovery {
    private static final int ROUNDS = 3;
    private static final int QUEUED = 10_000;
    private static final Map<String, String> ONE_SLOT = Map.of("POND_LOCAL_CONCURRENCY", "1");

    private Recovery() {}

    private record Round(double bare, double queued) {}

    static void measure(Site site) throws Exception {
        Report report = site.report();
        report.heading("start after kill -9 with %,d queued runs, %d rounds in turns (load %s)"
                .formatted(QUEUED, ROUNDS, MachineFacts.load()));
        try (Server server = site.server("bare")) {
            server.connect().close();
        }
        try (Server server = site.server("queued", ONE_SLOT);
                Wire wire = server.connect()) {
            Runs.awaitRunning(
                    wire,
                    wire.post("/v1/runs", Runs.body("slot", "{\"kind\":\"noop\",\"ticks\":3600,\"interval_sec\":1}")));
            Runs.submits(server, "queued", Runs.NOOP, QUEUED);
        }
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            rounds.add(new Round(bare(site), queued(site)));
        }
        report.figure(
                "nothing to do before, first run done",
                Figure.of(rounds.stream().mapToDouble(Round::bare)),
                "ms");
        report.figure("first of the queued runs done", Figure.of(rounds.stream().mapToDouble(Round::queued)), "ms");
        Figure later = Figure.of(rounds.stream().mapToDouble(round -> round.queued - round.bare));
        report.atMost("that is later by", later, "ms", 1_000, 250);
        try (Server server = site.server("queued")) {
            Runs.awaitNoneLeft(server, "queued");
            int done = Runs.done(server, "queued");
            report.holds("all of them are done in the end", done == QUEUED, "%,d runs".formatted(done));
        }
    }

    private static double bare(Site site) throws Exception {
        try (Server server = site.server("bare");
                Wire wire = server.connect()) {
            Runs.requireDone(Runs.end(wire, wire.post("/v1/runs", Runs.body("bare", Runs.NOOP))));
            return server.ageNanos() / 1e6;
        }
    }

    /** One more than had been done before the start. */
    private static double queued(Site site) throws Exception {
        try (Server server = site.server("queued");
                Wire wire = server.connect()) {
            // The end of the slot's run is not among them: it is of another project, and runs for an hour.
            JsonNode page = wire.get("/v1/runs?limit=1&status=queued&projectId=queued");
            Runs.requireDone(Runs.end(wire, page.path("runs").get(0)));
            return server.ageNanos() / 1e6;
        }
    }
}
