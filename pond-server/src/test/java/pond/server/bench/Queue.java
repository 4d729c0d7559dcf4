package pond.server.bench;

/** More runs at once than can be run. */
final class Queue {
    private static final int ROUNDS = 3;
    private static final int QUEUED = 10_000;

    private final Server server;
    private int taken;

    private Queue(Server server) {
        this.server = server;
    }

    static void measure(Site site) throws Exception {
        Report report = site.report();
        report.heading("%,d noop runs at once, %d rounds (load %s)".formatted(QUEUED, ROUNDS, MachineFacts.load()));
        try (Server server = site.server("queue")) {
            Runs.flood(server, "warm-up", Runs.NOOP, QUEUED / 5);
            Rounds<Runs.Flood> rounds = Rounds.take(site, ROUNDS, new Queue(server)::round);
            report.figure("submits, 16 clients, while runs start", rounds.figure(Runs.Flood::submitsPerSecond), "/s");
            report.figure("of them finished", rounds.figure(Runs.Flood::runsPerSecond), "/s");
            report.holds(
                    "all are done", rounds.all(flood -> flood.done() == QUEUED), "%,d runs a round".formatted(QUEUED));
        }
    }

    private Runs.Flood round() throws Exception {
        return Runs.flood(server, "queued-" + ++taken, Runs.NOOP, QUEUED);
    }
}
