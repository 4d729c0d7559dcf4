package pond.server.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What hundreds of followers of one run's events cost that run, and runs beside it: rounds without and with them in turns,
 * so that a busy moment disturbs both alike. The followers' own work happens on this machine too, and counts.
 */
final class Followers {
    private static final int FOLLOWERS = 500;
    private static final int ROUNDS = 3;
    private static final int BURSTS = 400;
    private static final int LINES = 50;
    private static final int PAUSE_MILLIS = 25;
    private static final int BESIDE = 600;
    private static final int WARM_UP = 500;
    private static final double MOST_PERCENT = 10;
    /** What the pool of HTTP threads may differ by from one moment to the next. */
    private static final int THREADS = 20;

    private final Report report;

    private Followers(Report report) {
        this.report = report;
    }

    static void measure(Site site) throws Exception {
        site.report()
                .heading(
                        "%d followers of one run that prints %,d lines, %d noop runs beside it; without and with in turns"
                                .formatted(FOLLOWERS, BURSTS * LINES, BESIDE));
        try (Server server = site.server("followers")) {
            new Followers(site.report()).measure(server);
        }
    }

    /**
     * One round.
     *
     * @param run seconds from the submit of the talking run to its end
     * @param beside seconds that the runs beside it took, one after another
     * @param threads of the server while all that went on
     * @param cpu seconds that the server computed
     */
    private record Round(double run, double beside, long threads, double cpu) {}

    private void measure(Server server) throws Exception {
        Runs.sequential(server, Runs.NOOP, WARM_UP);
        round(server, FOLLOWERS);
        List<Round> without = new ArrayList<>();
        List<Round> with = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            without.add(told("without", round(server, 0)));
            with.add(told("with", round(server, FOLLOWERS)));
        }
        double run = percent(
                without.stream().mapToDouble(Round::run).sum(),
                with.stream().mapToDouble(Round::run).sum());
        double beside = percent(
                without.stream().mapToDouble(Round::beside).sum(),
                with.stream().mapToDouble(Round::beside).sum());
        report.atMost("the run is slower by", run, "%", MOST_PERCENT, 2);
        // They share two cores with hundreds of readers, here in this process: a figure, and no promise.
        report.figure("runs beside it are slower by", "%.1f %%".formatted(beside));
        long grown = with.stream().mapToLong(Round::threads).max().orElseThrow()
                - without.stream().mapToLong(Round::threads).max().orElseThrow();
        report.atMost("threads of the server, more with followers", (double) grown, "", THREADS, 4);
        report.figure("resident memory at the end", "%.0f MiB".formatted(server.memory("VmRSS")));
    }

    private Round told(String name, Round round) {
        report.figure(
                name + " followers",
                "run %.2f s, runs beside %.2f s, %d threads, %.1f s of CPU"
                        .formatted(round.run(), round.beside(), round.threads(), round.cpu()));
        return round;
    }

    private Round round(Server server, int count) throws Exception {
        String script = "i=0; while [ $i -lt %d ]; do i=$((i+1)); j=0; while [ $j -lt %d ]; do j=$((j+1));"
                        .formatted(BURSTS, LINES)
                + " echo line $i of a burst, number $j; done; sleep %s; done".formatted(PAUSE_MILLIS / 1_000.0);
        String executor = "{\"kind\":\"shell\",\"argv\":[\"sh\",\"-c\",\"" + script + "\"]}";
        double cpu = server.cpuSeconds();
        try (Wire wire = server.connect();
                Load load = new Load(1)) {
            long start = System.nanoTime();
            JsonNode run = wire.post("/v1/runs", Runs.body("followed", executor));
            try (Streams streams = Streams.open(server.uri(), run.path("id").asText(), count)) {
                streams.awaitAllBegun();
                double besideSeconds = load.together(() -> Runs.sequential(server, Runs.NOOP, BESIDE));
                long threads = server.threads();
                Runs.requireDone(Runs.end(wire, run));
                double seconds = (System.nanoTime() - start) / 1e9;
                streams.awaitAllEnded(lastLine(wire, run));
                return new Round(seconds, besideSeconds, threads, server.cpuSeconds() - cpu);
            }
        }
    }

    /** The id of a run's last line; a page at a time until the log is complete. */
    private static long lastLine(Wire wire, JsonNode run) throws Exception {
        String since = "0";
        for (boolean complete = false; !complete; ) {
            String page = new String(
                    wire.bytes("/v1/runs/" + run.path("id").asText() + "/logs?limit=10000&since=" + since), UTF_8);
            since = page.replaceAll("(?s).*\"next\":([0-9]+),.*", "$1");
            complete = page.endsWith("\"complete\":true}");
        }
        return Long.parseLong(since);
    }

    private static double percent(double without, double with) {
        return (with / without - 1) * 100;
    }
}
