package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What many runs that have ended cost, and what removing half of them costs. */
final class Retention {
    private static final int FEW = 300;
    private static final int MANY = 100_000;
    private static final int CALLS = 400;
    private static final double MUST = 1.5;
    private static final double GOOD = 1.1;
    private static final long DAY_MILLIS = 86_400_000;

    private static final String SCRIPT =
            "i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo this is line $i of the run; done;"
                    + " head -c 1024 /dev/zero > $POND_OUTPUT_DIR/out.bin";

    private final Path folder;
    private final ColdStart starts;
    private final Report report;

    Retention(Path folder, ColdStart starts, Report report) {
        this.folder = folder;
        this.starts = starts;
        this.report = report;
    }

    private interface Call {
        void make(Wire wire) throws IOException;
    }

    int measure() throws Exception {
        report.heading("%,d runs that have ended, each with 20 lines and an artifact of 1 KiB, against %d"
                .formatted(MANY, FEW));
        Path few = folder.resolve("few");
        Path many = folder.resolve("many");
        String fewRun = fill(few, FEW);
        String manyRun = fill(many, MANY);
        int trouble;
        try (Server small = starts.script(few);
                Server large = starts.script(many)) {
            Map<String, Samples> before = calls(small, fewRun);
            Map<String, Samples> now = calls(large, manyRun);
            now.forEach((name, samples) -> {
                double p50 = Objects.requireNonNull(before.get(name)).p50();
                report.atMost(name + ", p50", samples.p50(), "ms", MUST * p50, GOOD * p50);
            });
            trouble = small.trouble() + large.trouble();
        }
        return trouble + pass(many, manyRun);
    }

    /** A state folder with so many copies of a run; the run itself. */
    private String fill(Path state, int count) throws Exception {
        String run;
        try (Server server = starts.script(state);
                Wire wire = server.connect()) {
            JsonNode submitted = wire.post(
                    "/v1/runs",
                    "{\"projectId\":\"p0\",\"labels\":{\"team\":\"red\"},\"definition\":{\"stages\":[{\"key\":\"x\",\"executor\":"
                            + "{\"kind\":\"shell\",\"argv\":[\"sh\",\"-c\",\"" + SCRIPT + "\"]}}]}}");
            Runs.requireDone(Runs.end(wire, submitted));
            run = submitted.path("id").asText();
        }
        long begun = System.nanoTime();
        new ManyRuns(state, run).copy(count, System.currentTimeMillis() - 10 * DAY_MILLIS);
        report.figure("%,d copies made".formatted(count), "%.1f s".formatted((System.nanoTime() - begun) / 1e9));
        return run;
    }

    private static Map<String, Samples> calls(Server server, String run) throws Exception {
        Map<String, Call> calls = new LinkedHashMap<>();
        calls.put("list", wire -> wire.bytes("/v1/runs?limit=50"));
        calls.put("list of a project", wire -> wire.bytes("/v1/runs?limit=20&projectId=p3"));
        calls.put("list by a status that none has", wire -> wire.bytes("/v1/runs?status=running&status=queued"));
        calls.put(
                "list by project and such a status",
                wire -> wire.bytes("/v1/runs?projectId=p3&status=running&status=failed"));
        calls.put("list by label", wire -> wire.bytes("/v1/runs?limit=50&label=team%3Dred"));
        calls.put(
                "list by project, label and status",
                wire -> wire.bytes("/v1/runs?limit=20&projectId=p3&label=team%3Dred&status=done"));
        calls.put("get", wire -> wire.bytes("/v1/runs/" + run));
        calls.put("logs", wire -> wire.bytes("/v1/runs/" + run + "/logs"));
        calls.put("artifacts", wire -> wire.bytes("/v1/runs/" + run + "/artifacts"));
        Map<String, Samples> results = new LinkedHashMap<>();
        try (Wire wire = server.connect()) {
            for (Map.Entry<String, Call> call : calls.entrySet()) {
                results.put(call.getKey(), time(wire, call.getValue()));
            }
        }
        Runs.sequential(server, Runs.NOOP, CALLS / 2);
        results.put("submit", Runs.sequential(server, Runs.NOOP, CALLS).submit());
        return results;
    }

    private static Samples time(Wire wire, Call call) throws IOException {
        LongStream.Builder nanos = LongStream.builder();
        for (int i = -CALLS; i < CALLS; i++) {
            long start = System.nanoTime();
            call.make(wire);
            if (i >= 0) {
                nanos.add(System.nanoTime() - start);
            }
        }
        return Samples.of(nanos.build());
    }

    private int pass(Path state, String run) throws Exception {
        report.heading("a pass that deletes half of them, while one client submits");
        int aged = new ManyRuns(state, run).ageOlderHalf(100 * DAY_MILLIS);
        long pond = size(state, "pond.db");
        long logs = size(state, "logs.db");
        long files = files(state);
        try (Server server = starts.script(state);
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
            return server.trouble();
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
