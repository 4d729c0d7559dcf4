package pond.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
        String oldest;
        try (Server server = site.server("queued", ONE_SLOT);
                Wire wire = server.connect()) {
            Runs.awaitRunning(
                    wire,
                    wire.post("/v1/runs", Runs.body("slot", "{\"kind\":\"noop\",\"ticks\":3600,\"interval_sec\":1}")));
            oldest = wire.post("/v1/runs", Runs.body("queued", Runs.NOOP))
                    .path("id")
                    .asText();
            Runs.submits(server, "queued", Runs.NOOP, QUEUED - 1);
        }
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            copy(site.state("queued"), site.state(name(i)));
            rounds.add(new Round(bare(site), queued(site, name(i), oldest)));
        }
        report.figure(
                "nothing to do before, first run done",
                Figure.of(rounds.stream().mapToDouble(Round::bare)),
                "ms");
        report.figure("first of the queued runs done", Figure.of(rounds.stream().mapToDouble(Round::queued)), "ms");
        Figure later = Figure.of(rounds.stream().mapToDouble(round -> round.queued - round.bare));
        report.atMost("that is later by", later, "ms", 1_000, 250);
        try (Server server = site.server(name(ROUNDS - 1))) {
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

    private static double queued(Site site, String state, String oldest) throws Exception {
        try (Server server = site.server(state);
                Wire wire = server.connect()) {
            Runs.requireDone(Runs.end(wire, wire.get("/v1/runs/" + oldest).path("run")));
            return server.ageNanos() / 1e6;
        }
    }

    private static String name(int round) {
        return "queued-" + round;
    }

    /** What the killed server has left, for each round anew: a server that is started again begins to work it off. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }
}
