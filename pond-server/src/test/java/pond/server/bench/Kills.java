package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/**
 * {@code kill -9} of the server again and again while clients submit and stages run. Every run whose submit was answered must
 * come to an end that is told, and what has run twice must show two attempts. Each shell stage writes its run and its attempt
 * into a file: that is what has happened, whatever the server says.
 */
final class Kills {
    private static final int KILLS = Integer.getInteger("pond.bench.kills", 100);
    private static final int CLIENTS = 8;
    private static final int BURST = 4;
    private static final int MOST_MILLIS = 1_000;
    private static final Map<String, String> SETTINGS = Map.of("POND_LOCAL_CONCURRENCY", "8");

    private final Site site;
    private final Path marks;
    private final Random random = new Random();
    /** What was accepted, and the kind of each. */
    private final Map<String, Kind> accepted = new ConcurrentHashMap<>();

    private final AtomicInteger submitted = new AtomicInteger();
    private final AtomicInteger cut = new AtomicInteger();
    private final LongStream.Builder ready = LongStream.builder();

    private Kills(Site site) {
        this.site = site;
        this.marks = site.state("marks").toAbsolutePath();
    }

    private enum Kind {
        NOOP,
        ONCE,
        AGAIN
    }

    static void measure(Site site) throws Exception {
        site.report()
                .heading("%d times kill -9 of the server in mid-load (load %s)".formatted(KILLS, MachineFacts.load()));
        new Kills(site).measure();
    }

    private void measure() throws Exception {
        for (int i = 0; i < KILLS; i++) {
            loadAndKill();
        }
        site.report()
                .figure(
                        "process start to first answer",
                        Samples.of(ready.build()).toString());
        site.report()
                .figure(
                        "submits answered, and cut off",
                        "%,d, %,d".formatted(accepted.size(), submitted.get() - accepted.size()));
        site.report().figure("connections cut off", "%,d".formatted(cut.get()));
        try (Server server = site.server("kills", SETTINGS);
                Wire wire = server.connect()) {
            Runs.awaitNoneLeft(server, "kills");
            judge(wire);
        }
    }

    private void loadAndKill() throws Exception {
        try (Server server = site.server("kills", SETTINGS);
                Load clients = new Load(CLIENTS)) {
            server.connect().close();
            ready.add(server.ageNanos());
            List<Future<?>> submitting = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                submitting.add(clients.start(() -> submitUntilKilled(server)));
            }
            server.idle(random.nextInt(MOST_MILLIS));
            server.kill();
            for (Future<?> each : submitting) {
                each.get();
            }
        }
    }

    /** Bursts of a few, and then the end of the last one: more would be a queue that grows from kill to kill. */
    private void submitUntilKilled(Server server) throws Exception {
        try (Wire wire = server.connect()) {
            while (true) {
                JsonNode last = submit(wire);
                for (int i = 1; i < BURST; i++) {
                    last = submit(wire);
                }
                Runs.end(wire, last);
            }
        } catch (Wire.Refused e) {
            throw e;
        } catch (IOException e) {
            // Killed: nobody promised anything about a submit that was not answered.
            cut.incrementAndGet();
        }
    }

    private JsonNode submit(Wire wire) throws IOException {
        Kind kind = Kind.values()[submitted.getAndIncrement() % Kind.values().length];
        JsonNode run = wire.post("/v1/runs", body(kind));
        accepted.put(run.path("id").asText(), kind);
        return run;
    }

    private String body(Kind kind) {
        String shell = "{\"kind\":\"shell\",\"argv\":[\"sh\",\"-c\",\"echo $POND_RUN_ID $POND_ATTEMPT >>%s\"]}"
                .formatted(marks);
        return switch (kind) {
            case NOOP -> Runs.body("kills", Runs.NOOP);
            case ONCE -> Runs.body("kills", shell);
            case AGAIN ->
                Runs.body("kills", shell)
                        .replace(
                                "\"executor\":",
                                "\"retry\":{\"max_attempts\":10,\"on\":[\"worker_lost\"]},\"executor\":");
        };
    }

    private void judge(Wire wire) throws IOException {
        Map<String, Integer> marked = new HashMap<>();
        Map<String, Integer> executions = new HashMap<>();
        for (String line : Files.readAllLines(marks)) {
            marked.merge(line, 1, Integer::sum);
            executions.merge(line.substring(0, line.indexOf(' ')), 1, Integer::sum);
        }
        int lost = 0;
        int wrong = 0;
        int unmarked = 0;
        Map<String, Integer> ends = new HashMap<>();
        int again = 0;
        for (Map.Entry<String, Kind> each : accepted.entrySet()) {
            JsonNode details;
            try {
                details = wire.get("/v1/runs/" + each.getKey());
            } catch (Wire.Refused e) {
                lost++;
                continue;
            }
            String end = end(details.path("run"));
            int attempts = details.at("/stages/0/attempt").asInt();
            int times = executions.getOrDefault(each.getKey(), 0);
            ends.merge(end, 1, Integer::sum);
            again += attempts > 1 ? 1 : 0;
            unmarked += times > attempts ? 1 : 0;
            wrong += isWrong(each.getValue(), end, attempts, times) ? 1 : 0;
        }
        long twice = marked.values().stream().filter(count -> count > 1).count();
        Report report = site.report();
        report.figure("their ends", ends.toString());
        report.figure("run again, and shown so", "%,d runs".formatted(again));
        report.holds("no accepted run is lost", lost == 0, lost + " runs");
        report.holds("no attempt has run twice", twice == 0, twice + " attempts");
        report.holds("none has run more often than its attempts", unmarked == 0, unmarked + " runs");
        report.holds("all have ended as their kind should", wrong == 0, wrong + " runs");
    }

    private static String end(JsonNode run) {
        String status = run.path("status").asText();
        return status.equals("done")
                ? status
                : status + " " + run.at("/error/code").asText();
    }

    /** What is done has been executed; what is not to be tried again was not, and a lost worker is the only excuse. */
    private static boolean isWrong(Kind kind, String end, int attempts, int times) {
        boolean done = end.equals("done");
        return switch (kind) {
            case NOOP -> !done && !(end.equals("failed worker_lost") && attempts == 3);
            case ONCE -> attempts != 1 || !(done ? times == 1 : end.equals("failed worker_lost"));
            case AGAIN -> done ? times < 1 : !(end.equals("failed worker_lost") && attempts == 10);
        };
    }
}
