package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/** Runs of one stage, many of them. */
final class Runs {
    static final String NOOP = "{\"kind\":\"noop\"}";
    static final String TRUE = "{\"kind\":\"shell\",\"argv\":[\"true\"]}";

    private static final int CLIENTS = 16;

    private Runs() {}

    /** One client: submit, wait for the end, again. */
    record Sequential(Samples submit, Samples done, double perSecond) {}

    /** Many clients at once. */
    record Flood(double submitsPerSecond, double runsPerSecond, double seconds, int done) {}

    static Sequential sequential(Server server, String executor, int count) throws Exception {
        LongStream.Builder submits = LongStream.builder();
        LongStream.Builder ends = LongStream.builder();
        String body = body("sequential", executor);
        long begin = System.nanoTime();
        try (Wire wire = server.connect()) {
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                JsonNode run = wire.post("/v1/runs", body);
                submits.add(System.nanoTime() - start);
                requireDone(end(wire, run));
                ends.add(System.nanoTime() - start);
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Sequential(Samples.of(submits.build()), Samples.of(ends.build()), count / seconds);
    }

    /** How many submits a second 16 clients get accepted, of {@code count} in all. */
    static double submits(Server server, String project, String executor, int count) throws Exception {
        AtomicInteger left = new AtomicInteger(count);
        String body = body(project, executor);
        try (Load clients = new Load(CLIENTS)) {
            return count
                    / clients.together(() -> {
                        try (Wire wire = server.connect()) {
                            while (left.getAndDecrement() > 0) {
                                wire.post("/v1/runs", body);
                            }
                        }
                    });
        }
    }

    /** Submits as {@link #submits}, and waits until all have ended. */
    static Flood flood(Server server, String project, String executor, int count) throws Exception {
        long begin = System.nanoTime();
        double submits = submits(server, project, executor, count);
        awaitNoneLeft(server, project);
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Flood(submits, count / seconds, seconds, done(server, project));
    }

    /** Waits until no run of a project waits or runs; for the youngest of them at a time, which mostly ends last. */
    static void awaitNoneLeft(Server server, String project) throws Exception {
        try (Wire wire = server.connect()) {
            String path = "/v1/runs?limit=1&status=queued&status=running&projectId=" + project;
            for (JsonNode left = wire.get(path).path("runs");
                    !left.isEmpty();
                    left = wire.get(path).path("runs")) {
                end(wire, left.get(0));
            }
        }
    }

    /** Waits until a run has begun. */
    static void awaitRunning(Wire wire, JsonNode submitted) throws IOException {
        JsonNode run = submitted;
        while (!run.path("status").asText().equals("running")) {
            if (run.path("terminal").booleanValue()) {
                throw new IllegalStateException("a run has ended before it was seen running: " + run);
            }
            run = next(wire, run);
        }
    }

    /** The run once it has ended. */
    static JsonNode end(Wire wire, JsonNode submitted) throws IOException {
        JsonNode run = submitted;
        while (!run.path("terminal").booleanValue()) {
            run = next(wire, run);
        }
        return run;
    }

    /** The run once it is another than it was, or after 25 seconds. */
    private static JsonNode next(Wire wire, JsonNode run) throws IOException {
        String path = "/v1/runs/" + run.path("id").asText() + "?wait=25&version="
                + run.path("version").asText();
        return wire.get(path).path("run");
    }

    static void requireDone(JsonNode run) {
        if (!run.path("status").asText().equals("done")) {
            throw new IllegalStateException("a run is not done: " + run);
        }
    }

    static String body(String project, String executor) {
        return "{\"projectId\":\"" + project
                + "\",\"definition\":{\"stages\":[{\"key\":\"x\",\"name\":\"x\",\"executor\":" + executor + "}]}}";
    }

    /** How many runs of a project are done. */
    static int done(Server server, String project) throws Exception {
        int done = 0;
        String cursor = "";
        try (Wire wire = server.connect()) {
            do {
                JsonNode page = wire.get("/v1/runs?limit=200&status=done&projectId=" + project
                        + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
                done += page.path("runs").size();
                cursor = page.path("next").isNull() ? "" : page.path("next").asText();
            } while (!cursor.isEmpty());
        }
        return done;
    }
}
