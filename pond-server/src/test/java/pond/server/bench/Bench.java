package pond.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Measures pond against what the machine can do in the same minutes: limits are made of the machine's own figures, so a
 * busy or slow machine is not held against pond, and a fast one is no excuse. Ends with 1 when a limit was missed.
 *
 * <p>Arguments: the folder of the clone, one for the state of the servers, on the disk that is meant, and {@code workers},
 * {@code followers} or {@code retention} when only workers outside the server, followers of events, or many ended runs are of
 * interest.
 */
final class Bench {
    private static final int WARM_UP = 300;
    private static final int SEQUENTIAL = 1_000;
    private static final int QUEUED = 10_000;
    private static final int SUBMITS = 10_000;
    private static final int SHELL_RUNS = 400;
    private static final int LINES = 1_000_000;
    private static final int COLD_STARTS = 5;
    private static final int FIRST_LINES = 15;
    private static final int SETTLE_MILLIS = 5_000;

    private final ColdStart starts;
    private final Path root;
    private final Path folder;
    private final Report report;
    private final Machine machine;
    private int trouble;

    private Bench(Path root, Path folder, Report report) throws Exception {
        this.starts = new ColdStart(root, folder);
        this.root = root;
        this.folder = folder;
        this.report = report;
        report.heading(
                "this machine (load " + load() + ", Java " + Runtime.version().feature() + ")");
        this.machine = Machine.measure(folder);
        report.figure("loopback round trip", machine.roundTrip().toString());
        report.figure("fdatasync of 4 KiB", machine.fdatasync().toString());
        report.figure("SQLite group commit, 16 callers", "%,.0f rows/s".formatted(machine.groupCommits()));
        report.figure("sh -c true from Java, 4 threads", "%,.0f/s".formatted(machine.spawns()));
    }

    public static void main(String[] args) throws Exception {
        Report report = new Report(System.out);
        Bench bench = new Bench(Path.of(args[0]), Path.of(args[1]), report);
        if (args.length > 2 && args[2].equals("workers")) {
            bench.workers();
        } else if (args.length > 2 && args[2].equals("followers")) {
            bench.followers();
        } else if (args.length > 2 && args[2].equals("retention")) {
            bench.retention();
        } else {
            bench.measure();
        }
        System.exit(report.missed() == 0 ? 0 : 1);
    }

    private void measure() throws Exception {
        coldStarts();
        try (Server server = starts.script(folder.resolve("main"))) {
            idleMemory(server);
            report.heading("runs (the server's default concurrency)");
            sequential(server);
            queued(server);
            shell(server, "true runs, default concurrency", "shell");
            report.heading("logs");
            logs(server);
            trouble += server.trouble();
        }
        try (Server server = starts.script(folder.resolve("four"), Map.of("POND_LOCAL_CONCURRENCY", "4"))) {
            report.heading("shell runs, four at a time");
            shell(server, "true runs, 4 slots", "shell");
            trouble += server.trouble();
        }
        try (Server server = starts.script(folder.resolve("one"), Map.of("POND_LOCAL_CONCURRENCY", "1"))) {
            report.heading("submits alone");
            submits(server);
            trouble += server.trouble();
        }
        trouble += new Followers(folder, starts, report).measure();
        workers();
    }

    private void followers() throws Exception {
        trouble += new Followers(folder, starts, report).measure();
        end();
    }

    private void retention() throws Exception {
        trouble += new Retention(folder, starts, report).measure();
        end();
    }

    private void workers() throws Exception {
        trouble += new Workers(root, folder, starts, machine, report).measure();
        end();
    }

    private void end() throws IOException {
        report.heading("at the end (load " + load() + ")");
        report.holds("no locked database or error in the servers' logs", trouble == 0, trouble + " lines");
    }

    private void coldStarts() throws Exception {
        report.heading("cold start, p50 of " + COLD_STARTS);
        ColdStart.Result result = starts.measure(COLD_STARTS);
        double bare = result.bare().p50();
        report.figure("a bare Javalin, first 200", result.bare().toString());
        report.figure("java -jar, first 200", result.plain().toString());
        report.atMost("scripts/pond, first 200", result.script().p50(), "ms", 1.5 * bare, 1.1 * bare);
        report.figure("scripts/pond, first run accepted", result.accepted().toString());
    }

    private void idleMemory(Server server) throws Exception {
        server.connect().close();
        server.idle(SETTLE_MILLIS);
        report.heading("memory, " + SETTLE_MILLIS / 1_000 + " s after a start");
        report.atMost("resident", server.memory("VmRSS"), "MiB", 130, 90);
    }

    private void sequential(Server server) throws Exception {
        Runs.sequential(server, Runs.NOOP, WARM_UP);
        Runs.Sequential runs = Runs.sequential(server, Runs.NOOP, SEQUENTIAL);
        double floor = 5 * machine.roundTrip().p50() + 3 * machine.fdatasync().p50();
        report.figure("noop runs, one client", "%,.0f runs/s, %,d done".formatted(runs.perSecond(), SEQUENTIAL));
        report.figure("submit", runs.submit().toString());
        report.atMost("submit to done, p50", runs.done().p50(), "ms", floor + 3, floor);
        report.figure("submit to done", runs.done().toString());
    }

    private void queued(Server server) throws Exception {
        Runs.Flood flood = Runs.flood(server, "queued", Runs.NOOP, QUEUED);
        report.figure("submits, 16 clients, while runs start", "%,.0f/s".formatted(flood.submitsPerSecond()));
        report.holds(
                "%,d runs queued at once are all done".formatted(QUEUED),
                flood.done() == QUEUED,
                "%,d in %.1f s".formatted(flood.done(), flood.seconds()));
        report.figure("of them finished", "%,.0f runs/s".formatted(flood.runsPerSecond()));
    }

    /** The only slot is taken, so that runs do nothing but queue up. */
    private void submits(Server server) throws Exception {
        try (Wire wire = server.connect()) {
            wire.post("/v1/runs", Runs.body("slot", "{\"kind\":\"noop\",\"ticks\":900,\"interval_sec\":1}"));
        }
        Runs.submits(server, "warm-up", Runs.NOOP, WARM_UP * 10);
        double rate = Runs.submits(server, "submits", Runs.NOOP, SUBMITS);
        double limit = 0.3 * machine.groupCommits();
        report.atLeast("submits, 16 clients", rate, "/s", limit, limit);
    }

    private void shell(Server server, String name, String project) throws Exception {
        Runs.flood(server, project + "-warm-up", Runs.TRUE, SHELL_RUNS / 2);
        Runs.Flood flood = Runs.flood(server, project, Runs.TRUE, SHELL_RUNS);
        report.atLeast(name, flood.runsPerSecond(), "/s", 0.4 * machine.spawns(), 0.7 * machine.spawns());
        report.holds("all of them done", flood.done() == SHELL_RUNS, flood.done() + " runs");
    }

    private void logs(Server server) throws Exception {
        Samples first = Logs.firstLine(server, FIRST_LINES);
        report.atMost("first line visible, p50", first.p50(), "ms", 250, 50);
        Logs.Flood flood = Logs.flood(server, LINES);
        report.atLeast("1,000,000 lines until readable", flood.perSecond(), "lines/s", 80_000, 100_000);
        report.holds("all lines are there", flood.lines() == LINES, "%,d lines".formatted(flood.lines()));
        report.atMost("the server's memory grew by", flood.grownMiB(), "MiB", 32, 32);
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    }
}
