package pond.server.bench;

import java.util.ArrayList;
import java.util.List;

/** Stages on a worker in a process of its own, over HTTP, with four slots. */
final class Remote {
    private static final int ROUNDS = 5;
    private static final int SLOTS = 4;
    private static final int WARM_UP = 500;
    private static final int SEQUENTIAL = 80;
    private static final int SHELL_RUNS = 400;
    private static final int FIRST_LINES = 7;
    private static final String PLAIN = "{\"kind\":\"shell\",\"argv\":[\"true\"],\"sandbox\":{\"profile\":\"none\"}}";
    private static final String CONFINED =
            "{\"kind\":\"shell\",\"argv\":[\"true\"],\"sandbox\":{\"profile\":\"trusted-code\"}}";

    private final Server server;
    private int taken;

    private Remote(Server server) {
        this.server = server;
    }

    private record Round(Samples noop, Samples plain, List<Confined> confined, Samples first) {}

    /** Figures of a sandboxed {@code true}. */
    private record Confined(Samples done, Runs.Flood flood) {}

    static void measure(Site site) throws Exception {
        Report report = site.report();
        report.heading("a worker in a process of its own, over HTTP, %d slots, %d rounds (load %s)"
                .formatted(SLOTS, ROUNDS, MachineFacts.load()));
        try (Server server = site.server("remote", Site.NOTHING_LOCAL);
                WorkerProcess worker = site.worker(server, "remote-worker", SLOTS)) {
            report.figure("process start to attached, enrolment included", "%.0f ms".formatted(worker.attachMillis()));
            Remote remote = new Remote(server);
            Runs.sequential(server, Runs.NOOP, WARM_UP);
            Runs.sequential(server, PLAIN, WARM_UP);
            if (Machine.BUBBLEWRAP) {
                Runs.flood(server, "warm-up", CONFINED, 2 * WARM_UP);
            }
            Rounds<Round> rounds = Rounds.take(site, ROUNDS, remote::round);
            double spawn = 2 * rounds.medianLimit(Machine::spawnMillis);
            double floor = rounds.medianLimit(Machine::floorMillis) + spawn;
            report.figure("submit to done of a noop, p50", rounds.figure(round -> round.noop.p50()), "ms");
            report.atMost(
                    "submit to done of a plain true, p50",
                    rounds.figure(round -> round.plain.p50()),
                    "ms",
                    floor + 3,
                    floor);
            report.atMost("first line visible, p50", rounds.figure(round -> round.first.p50()), "ms", 250, 50);
            if (Machine.BUBBLEWRAP) {
                confined(report, rounds);
            } else {
                report.figure("sandboxed stages", "not measured: bubblewrap makes none here");
            }
        }
    }

    private static void confined(Report report, Rounds<Round> rounds) {
        double noop = rounds.figure(round -> round.noop.p50()).median();
        report.wantAtMost(
                "submit to done of true in a sandbox, p50",
                rounds.figure(round -> round.confined.get(0).done.p50()),
                "ms",
                noop + 2 * rounds.medianLimit(Machine::sandboxMillis));
        double byHand = rounds.medianLimit(Machine::sandboxes);
        report.wantAtLeast(
                "true runs in sandboxes",
                rounds.figure(round -> round.confined.get(0).flood.runsPerSecond()),
                "/s",
                0.7 * byHand);
        report.holds(
                "all of them done",
                rounds.all(round -> round.confined.get(0).flood.done() == SHELL_RUNS),
                "%,d runs a round".formatted(SHELL_RUNS));
    }

    private Round round() throws Exception {
        List<Confined> confined = new ArrayList<>();
        if (Machine.BUBBLEWRAP) {
            confined.add(new Confined(
                    Runs.sequential(server, CONFINED, SEQUENTIAL).done(),
                    Runs.flood(server, "confined-" + ++taken, CONFINED, SHELL_RUNS)));
        }
        return new Round(
                Runs.sequential(server, Runs.NOOP, SEQUENTIAL).done(),
                Runs.sequential(server, PLAIN, SEQUENTIAL).done(),
                confined,
                Logs.firstLine(server, FIRST_LINES));
    }
}
