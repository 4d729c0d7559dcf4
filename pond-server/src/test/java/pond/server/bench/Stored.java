package pond.server.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What many runs cost every call: a server with many that have ended and many that wait for a worker that is busy, against
 * one that has next to none, in turns.
 */
final class Stored {
    private static final int ROUNDS = 3;
    private static final int FEW = 300;
    private static final int ENDED = 100_000;
    private static final int QUEUED = 10_000;
    private static final int CALLS = 150;
    private static final int WARM_UP = 400;
    private static final double MUST = 1.5;
    private static final double GOOD = 1.1;
    private static final double LIST = 2;

    /** Shell stages are for the worker outside alone, and that has a single slot. */
    private static final Map<String, String> NO_SHELL = Map.of("POND_LOCAL_EXECUTORS", "noop,builtin");

    private static final String LONG =
            "{\"kind\":\"shell\",\"argv\":[\"sleep\",\"3600\"],\"timeout_sec\":7200,\"sandbox\":{\"profile\":\"none\"}}";

    private Stored() {}

    private interface Call {
        void make(Wire wire) throws IOException;
    }

    static void measure(Site site) throws Exception {
        Report report = site.report();
        report.heading("%,d ended and %,d queued runs against %d and none, %d rounds in turns (load %s)"
                .formatted(ENDED, QUEUED, FEW, ROUNDS, MachineFacts.load()));
        String fewRun = ManyRuns.fill(site, "few", FEW, ManyRuns.Artifacts.SHARED);
        String manyRun = ManyRuns.fill(site, "many", ENDED, ManyRuns.Artifacts.SHARED);
        List<Map<String, Samples>> before = new ArrayList<>();
        List<Map<String, Samples>> now = new ArrayList<>();
        try (Server small = site.server("few", NO_SHELL);
                Server large = site.server("many", NO_SHELL);
                WorkerProcess ofSmall = site.worker(small, "few-worker", 1);
                WorkerProcess ofLarge = site.worker(large, "many-worker", 1)) {
            occupy(small);
            occupy(large);
            double rate = Runs.submits(large, "queued", Runs.TRUE, QUEUED);
            report.figure("submits until %,d are queued".formatted(QUEUED), "%,.0f/s".formatted(rate));
            for (Server each : List.of(small, large)) {
                Runs.sequential(each, Runs.NOOP, WARM_UP);
            }
            for (int i = 0; i < ROUNDS; i++) {
                before.add(calls(small, fewRun));
                now.add(calls(large, manyRun));
            }
            int trouble = ofSmall.trouble() + ofLarge.trouble();
            report.holds("no warning or error in the workers' logs", trouble == 0, trouble + " lines");
            report.figure("memory of the server", "%.0f MiB".formatted(large.memory("VmRSS")));
            report.figure("memory of the one with next to none", "%.0f MiB".formatted(small.memory("VmRSS")));
        }
        for (String name : now.get(0).keySet()) {
            double limit = median(before, name).median();
            boolean list = name.startsWith("list");
            report.atMost(
                    name + ", p50",
                    median(now, name),
                    "ms",
                    (list ? LIST : MUST) * limit,
                    (list ? MUST : GOOD) * limit);
        }
    }

    private static Figure median(List<Map<String, Samples>> rounds, String name) {
        return Figure.of(
                rounds.stream().mapToDouble(round -> samples(round, name).p50()));
    }

    private static Samples samples(Map<String, Samples> round, String name) {
        Samples samples = round.get(name);
        if (samples == null) {
            throw new IllegalStateException("nobody has measured '" + name + "'");
        }
        return samples;
    }

    private static void occupy(Server server) throws Exception {
        try (Wire wire = server.connect()) {
            Runs.awaitRunning(wire, wire.post("/v1/runs", Runs.body("busy", LONG)));
        }
    }

    private static Map<String, Samples> calls(Server server, String run) throws Exception {
        Map<String, Call> calls = new LinkedHashMap<>();
        calls.put("get", wire -> wire.bytes("/v1/runs/" + run));
        calls.put("logs", wire -> wire.bytes("/v1/runs/" + run + "/logs"));
        calls.put("artifacts", wire -> wire.bytes("/v1/runs/" + run + "/artifacts"));
        calls.put("list", wire -> wire.bytes("/v1/runs?limit=50"));
        calls.put("list of a project", wire -> wire.bytes("/v1/runs?limit=20&projectId=p3"));
        calls.put("list by a status that none has", wire -> wire.bytes("/v1/runs?status=cancelling&status=cancelled"));
        calls.put(
                "list by project and such a status",
                wire -> wire.bytes("/v1/runs?projectId=p3&status=running&status=failed"));
        calls.put("list by label", wire -> wire.bytes("/v1/runs?limit=50&label=team%3Dred"));
        calls.put(
                "list by project, label and status",
                wire -> wire.bytes("/v1/runs?limit=20&projectId=p3&label=team%3Dred&status=done"));
        Map<String, Samples> results = new LinkedHashMap<>();
        Runs.Sequential runs = Runs.sequential(server, Runs.NOOP, CALLS);
        results.put("submit", runs.submit());
        results.put("submit to done of a noop", runs.done());
        try (Wire wire = server.connect()) {
            for (Map.Entry<String, Call> call : calls.entrySet()) {
                results.put(call.getKey(), time(wire, call.getValue()));
            }
        }
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
}
