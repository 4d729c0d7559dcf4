package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Two dozen workers, each a process, whose stages talk without a pause: every line must arrive once and in order, nobody may
 * complain, and the server's memory must stay where it is.
 *
 * <p>Arguments: the folder of the clone, one for all state, and for how many seconds.
 */
final class Chatty {
    private static final int WORKERS = 24;
    private static final int LINES_PER_SECOND = 250;
    private static final double GROWTH_MIB = 48;

    private Chatty() {}

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[0]);
        Path folder = Path.of(args[1]);
        int seconds = Integer.parseInt(args[2]);
        Report report = new Report(System.out);
        List<WorkerProcess> workers = new ArrayList<>();
        try (Server server =
                new ColdStart(root, folder).script(folder.resolve("server"), Map.of("POND_LOCAL_EXECUTORS", ""))) {
            for (int i = 0; i < WORKERS; i++) {
                workers.add(WorkerProcess.start(root, server, folder.resolve("worker-" + i), 1));
            }
            talk(server, workers, seconds, report);
            // Before the server, whose end they would complain about.
            workers.forEach(WorkerProcess::close);
        } finally {
            workers.forEach(WorkerProcess::close);
        }
        System.exit(report.missed() == 0 ? 0 : 1);
    }

    private static void talk(Server server, List<WorkerProcess> workers, int seconds, Report report) throws Exception {
        report.heading("%d workers, %d lines a second each, %d s".formatted(WORKERS, LINES_PER_SECOND, seconds));
        int lines = LINES_PER_SECOND * seconds;
        // A tenth of a second's lines at a time: a sleep for each would be a process for each.
        String script =
                ("i=0; while [ $i -lt %d ]; do j=0; while [ $j -lt %d ]; do i=$((i+1)); j=$((j+1)); echo line $i;"
                                + " done; sleep 0.1; done")
                        .formatted(lines, LINES_PER_SECOND / 10);
        String executor = "{\"kind\":\"shell\",\"argv\":[\"sh\",\"-c\",\"" + script + "\"]}";
        List<JsonNode> runs = new ArrayList<>();
        try (Wire wire = server.connect()) {
            for (int i = 0; i < WORKERS; i++) {
                runs.add(wire.post("/v1/runs", Runs.body("chatty-" + i, executor)));
            }
        }
        server.idle(seconds * 1_000L / 4);
        double early = server.memory("VmRSS");
        double cpu = server.cpuSeconds();
        server.idle(seconds * 1_000L / 2);
        report.figure(
                "CPU of the server",
                "%.0f %% of a core".formatted((server.cpuSeconds() - cpu) / (seconds / 2.0) * 100));
        report.figure("resident memory", "%.0f MiB".formatted(server.memory("VmRSS")));
        report.atMost("and more than a half of the time before", server.memory("VmRSS") - early, "MiB", GROWTH_MIB, 16);
        // Another connection: the server closes one that nobody uses for so long.
        try (Wire wire = server.connect()) {
            long kept = 0;
            for (JsonNode run : runs) {
                Runs.requireDone(Runs.end(wire, run));
                kept += inOrder(wire, run.path("id").asText());
            }
            long all = (long) WORKERS
                    * (lines + LINES_PER_SECOND / 10 - 1)
                    / (LINES_PER_SECOND / 10)
                    * (LINES_PER_SECOND / 10);
            report.holds(
                    "every line is there once, in order",
                    kept >= (long) WORKERS * lines && kept <= all,
                    "%,d lines".formatted(kept));
            report.holds("no error in the server's log", server.trouble() == 0, server.trouble() + " lines");
            int said = workers.stream().mapToInt(WorkerProcess::trouble).sum();
            report.holds("no warning or error in the workers' logs", said == 0, said + " lines");
        }
    }

    /** How many lines the stage of a run printed; each must have the number after the one before. */
    private static long inOrder(Wire wire, String run) throws IOException {
        long last = 0;
        String since = "0";
        for (boolean complete = false; !complete; ) {
            JsonNode page = wire.get("/v1/runs/" + run + "/logs?limit=10000&since=" + since);
            for (JsonNode line : page.path("lines")) {
                if (line.path("stream").asText().equals("stdout")) {
                    last++;
                    if (!line.path("line").asText().equals("line " + last)) {
                        throw new IOException("run %s: line %d is '%s'"
                                .formatted(run, last, line.path("line").asText()));
                    }
                }
            }
            since = page.path("next").asText();
            complete = page.path("complete").booleanValue();
        }
        return last;
    }
}
