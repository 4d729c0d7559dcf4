package pond.server.bench;

/**
 * How long a start takes, against that of the least server that the same jar could be, which is started in turns with
 * pond: no other limit of the machine says as much about a start.
 */
final class StartTimes {
    private static final int ROUNDS = 5;

    private StartTimes() {}

    static void measure(Site site) throws Exception {
        Report report = site.report();
        report.heading("start of a process, " + ROUNDS + " rounds (load " + MachineFacts.load() + ")");
        ColdStart.Result result = site.starts().measure(ROUNDS);
        Figure bare = millis(result.bare());
        report.figure("a bare Javalin, first 200", bare, "ms");
        report.figure("java -jar, first 200", millis(result.plain()), "ms");
        report.atMost(
                "scripts/pond, first 200", millis(result.script()), "ms", 1.5 * bare.median(), 1.1 * bare.median());
        report.wantAtMost("scripts/pond, first run accepted", millis(result.accepted()), "ms", 1_000);
    }

    private static Figure millis(Samples starts) {
        return new Figure(starts.p50(), starts.millis(0), starts.millis(1));
    }
}
