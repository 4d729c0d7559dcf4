package pond.server.bench;

import java.util.Map;

/** Runs of one stage inside the server: how long one takes, and how many there are in a second. */
final class RunRates {
    private static final int ROUNDS = 5;
    private static final int WARM_UP = 2_000;
    private static final int SEQUENTIAL = 1_000;
    private static final int SUBMITS = 10_000;
    private static final int SHELL_RUNS = 1_000;

    private final Server server;
    private final Server four;
    private final Server full;
    private final Server bare;
    private int taken;

    private RunRates(Server server, Server four, Server full, Server bare) {
        this.server = server;
        this.four = four;
        this.full = full;
        this.bare = bare;
    }

    /** One round; runs of {@code true} with the server's default concurrency, and four at a time. */
    private record Round(Runs.Sequential noop, Runs.Flood shell, Runs.Flood four, double submits, double bare) {}

    static void measure(Site site) throws Exception {
        site.report().heading("runs, " + ROUNDS + " rounds (load " + MachineFacts.load() + ")");
        try (Server server = site.server("runs");
                Server four = site.server("four", Map.of("POND_LOCAL_CONCURRENCY", "4"));
                Server full = site.server("full", Map.of("POND_LOCAL_CONCURRENCY", "1"));
                Server bare = site.starts().bare()) {
            // A server is used for days; the compiler has done its work by then.
            Runs.sequential(server, Runs.NOOP, WARM_UP);
            for (Server each : new Server[] {server, four}) {
                Runs.flood(each, "warm-up", Runs.TRUE, WARM_UP);
            }
            // The only slot is taken, so that runs do nothing but queue up.
            try (Wire wire = full.connect()) {
                wire.post("/v1/runs", Runs.body("slot", "{\"kind\":\"noop\",\"ticks\":3600,\"interval_sec\":1}"));
            }
            for (Server each : new Server[] {full, bare}) {
                Runs.submits(each, "warm-up", Runs.NOOP, SUBMITS);
            }
            RunRates rates = new RunRates(server, four, full, bare);
            report(site.report(), Rounds.take(site, ROUNDS, rates::round));
        }
    }

    private Round round() throws Exception {
        String project = "round-" + ++taken;
        return new Round(
                Runs.sequential(server, Runs.NOOP, SEQUENTIAL),
                Runs.flood(server, project, Runs.TRUE, SHELL_RUNS),
                Runs.flood(four, project, Runs.TRUE, SHELL_RUNS),
                Runs.submits(full, project, Runs.NOOP, SUBMITS),
                Runs.submits(bare, project, Runs.NOOP, SUBMITS));
    }

    private static void report(Report report, Rounds<Round> rounds) {
        double floor = rounds.medianLimit(Machine::floorMillis);
        double spawns = rounds.medianLimit(Machine::spawns);
        double submit = rounds.medianLimit(
                machine -> machine.roundTrip().p50() + 1.5 * machine.fdatasync().p50());
        report.figure("noop runs, one client", rounds.figure(round -> round.noop.perSecond()), "/s");
        report.wantAtMost(
                "submit, p50", rounds.figure(round -> round.noop.submit().p50()), "ms", submit);
        report.atMost(
                "submit to done, p50", rounds.figure(round -> round.noop.done().p50()), "ms", floor + 3, floor);
        report.figure(
                "submit to done, p99", rounds.figure(round -> round.noop.done().p99()), "ms");
        report.wantAtMost(
                "submit to done, p99 : p50",
                rounds.figure(
                        round -> round.noop.done().p99() / round.noop.done().p50()),
                "times",
                10);
        report.figure("true runs, default concurrency", rounds.figure(round -> round.shell.runsPerSecond()), "/s");
        report.atLeast(
                "true runs, 4 slots",
                rounds.figure(round -> round.four.runsPerSecond()),
                "/s",
                0.4 * spawns,
                0.7 * spawns);
        double commits = rounds.medianLimit(Machine::groupCommits);
        report.wantAtLeast("submits, 16 clients", rounds.figure(Round::submits), "/s", 0.3 * commits);
        report.figure("the same to a server that keeps nothing", rounds.figure(Round::bare), "/s");
        report.holds(
                "all of them done",
                rounds.all(round -> round.shell.done() == SHELL_RUNS && round.four.done() == SHELL_RUNS),
                "%,d runs of each a round".formatted(SHELL_RUNS));
    }
}
