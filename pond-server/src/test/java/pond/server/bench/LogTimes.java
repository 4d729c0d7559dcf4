package pond.server.bench;

/** How long log lines take from a stage inside the server to a reader. */
final class LogTimes {
    private static final int ROUNDS = 5;
    private static final int LINES = 1_000_000;
    private static final int FIRST_LINES = 9;
    private static final int WARM_UP = 400;

    private LogTimes() {}

    private record Round(Samples first, Logs.Flood flood) {}

    static void measure(Site site) throws Exception {
        Report report = site.report();
        report.heading("log lines, " + ROUNDS + " rounds (load " + MachineFacts.load() + ")");
        try (Server server = site.server("logs")) {
            // A server that is used has run some stages; of lines it has seen few.
            Runs.flood(server, "warm-up", Runs.TRUE, WARM_UP);
            double before = server.memory("VmHWM");
            Rounds<Round> rounds = Rounds.take(
                    site, ROUNDS, () -> new Round(Logs.firstLine(server, FIRST_LINES), Logs.flood(server, LINES)));
            report.atMost("first line visible, p50", rounds.figure(round -> round.first.p50()), "ms", 250, 50);
            report.atLeast(
                    "1,000,000 lines until readable",
                    rounds.figure(round -> round.flood.perSecond()),
                    "lines/s",
                    80_000,
                    100_000);
            report.holds(
                    "all lines are there",
                    rounds.all(round -> round.flood.lines() == LINES),
                    "%,d a round".formatted(LINES));
            report.atMost("the server's memory grew by", server.memory("VmHWM") - before, "MiB", 32, 32);
        }
    }
}
