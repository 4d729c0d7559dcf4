package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What clients that look at a run and its log every second and a half cost the runs beside them; in turns. */
final class Pollers {
    private static final int CLIENTS = 50;
    private static final long EVERY_MICROS = 1_500_000;
    private static final int ROUNDS = 5;
    private static final int SECONDS = 6;
    /** So many, and the compiler has done its work: a server that is looked at so often has been for days. */
    private static final int LOOKS = 5_000;

    private static final int RUNNERS = 4;
    private static final int ALONE_MILLIS = 15_000;
    /** Prints a line ten times a second for as long as all this takes. */
    private static final String TALKING =
            "{\"kind\":\"shell\",\"argv\":[\"sh\",\"-c\",\"while sleep 0.1; do echo one more line of the log; done\"]}";

    private Pollers() {}

    private record Round(double without, double with, double looks) {
        double loss() {
            return (1 - with / without) * 100;
        }
    }

    static void measure(Site site) throws Exception {
        Report report = site.report();
        report.heading("%d clients that look at a run and its log every 1.5 s, %d rounds without and with (load %s)"
                .formatted(CLIENTS, ROUNDS, MachineFacts.load()));
        try (Server server = site.server("pollers");
                Wire wire = server.connect();
                Load runners = new Load(RUNNERS)) {
            JsonNode talking = wire.post("/v1/runs", Runs.body("talking", TALKING));
            Runs.flood(server, "warm-up", Runs.TRUE, 1_000);
            One first = new One(wire, talking.path("id").asText());
            for (int i = 0; i < LOOKS; i++) {
                first.look();
            }
            double cpu = server.cpuSeconds();
            server.idle(ALONE_MILLIS);
            double quiet = server.cpuSeconds() - cpu;
            try (Polling polling = Polling.start(server, talking)) {
                // What is looked at first is the whole log so far.
                server.idle(2 * EVERY_MICROS / 1_000);
                long looks = polling.looks();
                cpu = server.cpuSeconds();
                server.idle(ALONE_MILLIS);
                double more = server.cpuSeconds() - cpu - quiet;
                report.wantAtMost(
                        "CPU of a look at a server without other work",
                        Figure.of(Math.max(0, more) * 1_000 / (polling.looks() - looks)),
                        "ms",
                        0.2);
            }
            List<Round> rounds = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                rounds.add(round(server, talking, runners));
            }
            report.figure("true runs, 4 clients", Figure.of(rounds.stream().mapToDouble(Round::without)), "/s");
            report.figure("the same while they look", Figure.of(rounds.stream().mapToDouble(Round::with)), "/s");
            report.figure("looks", Figure.of(rounds.stream().mapToDouble(Round::looks)), "/s");
            report.atMost("runs lost", Figure.of(rounds.stream().mapToDouble(Round::loss)), "%", 20, 5);
        }
    }

    private static Round round(Server server, JsonNode talking, Load runners) throws Exception {
        double without = runs(server, runners);
        try (Polling polling = Polling.start(server, talking)) {
            long begun = System.nanoTime();
            double with = runs(server, runners);
            return new Round(without, with, polling.looks() / ((System.nanoTime() - begun) / 1e9));
        }
    }

    /** How many a second four clients get done who each wait for one before they submit the next. */
    private static double runs(Server server, Load runners) throws Exception {
        String body = Runs.body("beside", Runs.TRUE);
        AtomicLong done = new AtomicLong();
        double seconds = runners.together(() -> {
            long end = System.nanoTime() + SECONDS * 1_000_000_000L;
            try (Wire wire = server.connect()) {
                while (System.nanoTime() < end) {
                    Runs.requireDone(Runs.end(wire, wire.post("/v1/runs", body)));
                    done.incrementAndGet();
                }
            }
        });
        return done.get() / seconds;
    }

    /** All of them on one thread, one after the other: the cores are for the server. */
    private static final class Polling implements AutoCloseable {
        private final List<One> clients = new ArrayList<>();
        private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        private final AtomicLong looks = new AtomicLong();
        private int next;

        static Polling start(Server server, JsonNode run) throws Exception {
            Polling polling = new Polling();
            for (int i = 0; i < CLIENTS; i++) {
                polling.clients.add(new One(server.connect(), run.path("id").asText()));
            }
            ScheduledFuture<?> unused =
                    polling.thread.scheduleAtFixedRate(polling::look, 0, EVERY_MICROS / CLIENTS, TimeUnit.MICROSECONDS);
            return polling;
        }

        /** So far; a look is two requests. */
        long looks() {
            return looks.get();
        }

        private void look() {
            clients.get(next++ % CLIENTS).look();
            looks.incrementAndGet();
        }

        @Override
        public void close() throws IOException {
            thread.shutdownNow();
            for (One client : clients) {
                client.wire.close();
            }
        }
    }

    private static final class One {
        private final Wire wire;
        private final String run;
        private String since = "0";

        One(Wire wire, String run) {
            this.wire = wire;
            this.run = run;
        }

        void look() {
            try {
                wire.bytes("/v1/runs/" + run);
                since = wire.get("/v1/runs/" + run + "/logs?since=" + since)
                        .path("next")
                        .asText();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
