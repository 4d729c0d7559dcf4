package pond.server.bench;

/** What a server and a worker cost while nobody wants anything from them. */
final class Idle {
    private static final int SETTLE_MILLIS = 5_000;
    private static final int IDLE_MILLIS = 60_000;

    private Idle() {}

    static void measure(Site site) throws Exception {
        Report report = site.report();
        report.heading("a server and a worker that have nothing to do (load " + MachineFacts.load() + ")");
        try (Server server = site.server("idle");
                WorkerProcess worker = site.worker(server, "idle-worker", 4)) {
            server.idle(SETTLE_MILLIS);
            report.atMost(
                    "server resident, %d s after its start".formatted(SETTLE_MILLIS / 1_000),
                    server.memory("VmRSS"),
                    "MiB",
                    130,
                    90);
            report.atMost("worker resident", worker.memory(), "MiB", 90, 60);
            double ofServer = server.cpuSeconds();
            double ofWorker = Processes.cpuSeconds(worker.pid());
            server.idle(IDLE_MILLIS);
            report.atMost("server CPU over 60 s", percent(server.cpuSeconds() - ofServer), "% of a core", 1, 0.3);
            report.atMost(
                    "worker CPU over 60 s",
                    percent(Processes.cpuSeconds(worker.pid()) - ofWorker),
                    "% of a core",
                    1,
                    0.3);
            report.figure("server resident after that", "%.0f MiB".formatted(server.memory("VmRSS")));
            report.figure("worker resident after that", "%.0f MiB".formatted(worker.memory()));
        }
    }

    private static double percent(double cpuSeconds) {
        return cpuSeconds / (IDLE_MILLIS / 1_000.0) * 100;
    }
}
