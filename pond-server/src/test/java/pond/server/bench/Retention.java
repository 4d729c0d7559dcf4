package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A pass that removes half of many runs, each with 20 lines and an artifact of 1 KiB, while one client submits. */
final class Retention {
    private static final int MANY = 100_000;
    private static final int CALLS = 400;
    private static final long DAY_MILLIS = 86_400_000;

    private Retention() {}

    static void measure(Site site) throws Exception {
        Report report = site.report();
        report.heading("a pass that deletes half of %,d runs, while one client submits (load %s)"
                .formatted(MANY, MachineFacts.load()));
        String run = ManyRuns.fill(site, "retention", MANY, ManyRuns.Artifacts.OWN);
        Path state = site.state("retention");
        int aged = new ManyRuns(state, run).ageOlderHalf(100 * DAY_MILLIS);
        long pond = size(state, "pond.db");
        long logs = size(state, "logs.db");
        long files = files(state);
        try (Server server = site.server("retention");
                Wire wire = server.connect()) {
            Runs.sequential(server, Runs.NOOP, CALLS);
            Samples alone = Runs.sequential(server, Runs.NOOP, CALLS).submit();
            wire.post("/v1/admin/retention", "");
            LongStream.Builder submits = LongStream.builder();
            String body = Runs.body("beside", Runs.NOOP);
            while (wire.get("/v1/admin/retention").path("last").isNull()) {
                long start = System.nanoTime();
                JsonNode submitted = wire.post("/v1/runs", body);
                submits.add(System.nanoTime() - start);
                Runs.requireDone(Runs.end(wire, submitted));
            }
            Samples beside = Samples.of(submits.build());
            JsonNode last = wire.get("/v1/admin/retention").path("last");
            report.figure(
                    "the pass", "%.1f s".formatted(last.path("took_millis").asLong() / 1e3));
            report.holds(
                    "it deleted what was old",
                    last.at("/removed/runs").asInt() == aged
                            && last.path("error").isNull(),
                    "%,d runs".formatted(last.at("/removed/runs").asInt()));
            report.figure("a submit, alone", alone.toString());
            report.figure("a submit during the pass", beside.toString());
            report.atMost("p50 of a submit during the pass, more by", beside.p50() - alone.p50(), "ms", 10, 5);
            report.figure("pond.db", "%s -> %s".formatted(mib(pond), mib(size(state, "pond.db"))));
            report.figure("logs.db", "%s -> %s".formatted(mib(logs), mib(size(state, "logs.db"))));
            report.figure("files of artifacts", "%,d -> %,d".formatted(files, files(state)));
            report.figure("resident memory", "%.0f MiB".formatted(server.memory("VmRSS")));
        }
    }

    private static long size(Path state, String file) throws IOException {
        Path wal = state.resolve(file + "-wal");
        return Files.size(state.resolve(file)) + (Files.exists(wal) ? Files.size(wal) : 0);
    }

    private static String mib(long bytes) {
        return "%.1f MiB".formatted(bytes / 1048576.0);
    }

    private static long files(Path state) throws IOException {
        try (Stream<Path> all = Files.walk(state.resolve("artifacts"))) {
            return all.filter(Files::isRegularFile).count();
        }
    }
}
