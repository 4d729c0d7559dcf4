package pond.server.killmatrix;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pond.common.json.Json;
import pond.server.killmatrix.Fault.Victim;
import pond.server.scenarios.Body;
import pond.server.scenarios.Client;

/** Runs that make a worker say everything that workers say, and what must be true of them in the end. */
final class Workload {
    private static final int PIPELINES = 4;
    private static final int AGENTS = 2;
    private static final int LINES = 20;
    private static final int NUMBERS = 40_000;
    private static final int TOKENS = 1_200;

    /** Stages that were lost with their worker begin anew. */
    private static final String AGAIN = "\"retry\":{\"max_attempts\":10,\"on\":[\"worker_lost\"]}";

    private static final String SOURCE =
            "\"sources\":[{\"kind\":\"inline\",\"label\":\"app\",\"config\":{\"files\":{\"seed.txt\":\"seed\\n\"}}}]";

    private static final String MAKE =
            "for i in $(seq %d); do echo line $i; done; (echo $POND_RUN_ID; seq %d) >$POND_OUTPUT_DIR/numbers.txt"
                    .formatted(LINES, NUMBERS);
    private static final String READ = "sha256sum <$POND_INPUT_DIR/numbers.txt; cat seed.txt";

    private static final String AGENT = """
            {"kind":"swarm","harness":"small","model":"chat","prompt":"go","parse":{"fence":"result","output":"result.jsonl"},
            "sandbox":{"profile":"untrusted-code-read"}}""";

    private final String marker;
    private final List<String> pipelines = new ArrayList<>();
    private final List<String> agents = new ArrayList<>();
    private String first = "";
    private String ticking = "";
    private String fragile = "";
    private String lasting = "";

    /** @param marker an argument of {@code sleep} that no other process of this machine has */
    Workload(String marker) {
        this.marker = marker;
    }

    /** One stage for a first lease. */
    void submitFirst(Client client) {
        first = client.submit(Body.of(Body.shell("a", "true", AGAIN)));
    }

    void submitAll(Client client) {
        lasting = client.submit(Body.of(Body.shell("a", "echo begun; exec sleep " + marker, AGAIN)));
        ticking =
                client.submit(Body.of(Body.stage("a", "{\"kind\":\"noop\",\"ticks\":60,\"interval_sec\":0.1}", AGAIN)));
        for (int i = 0; i < PIPELINES; i++) {
            pipelines.add(
                    client.submit(Body.with(SOURCE, Body.shell("make", MAKE, AGAIN), Body.shell("read", READ, AGAIN))));
        }
        for (int i = 0; i < AGENTS; i++) {
            agents.add(client.submit(Body.of(Body.stage("fix", AGENT, AGAIN))));
        }
        fragile = client.submit(Body.of(Body.shell("a", "echo fragile")));
    }

    /** Has its worker ordered to end a stage. */
    void cancel(Client client) {
        client.cancel(lasting);
    }

    private List<String> all() {
        List<String> all = new ArrayList<>(List.of(first, ticking, fragile, lasting));
        all.addAll(pipelines);
        all.addAll(agents);
        return all;
    }

    /**
     * Waits for the ends and looks at all that is left.
     *
     * @param said all that the worker has said: a machine may be so slow that a lease runs out meanwhile, and a server may be
     *     killed between a lease and its answer; both lose an attempt, as they should
     * @param modelCalls how many calls the model has answered by now
     * @return the runs as they ended, by id
     */
    Map<String, JsonNode> check(Client client, Victim victim, Supplier<String> said, IntSupplier modelCalls) {
        Map<String, JsonNode> ends = new TreeMap<>();
        all().forEach(run -> ends.put(run, client.end(run)));
        assertThat(listed(client)).as("runs").containsExactlyInAnyOrderElementsOf(all());
        ends.values()
                .forEach(end -> assertThat(end.path("stages"))
                        .allSatisfy(one -> assertThat(one.path("finishedAt").isNull())
                                .as(end.toString())
                                .isFalse()));

        ends.keySet()
                .forEach(run -> assertThat(client.log(run))
                        .as("log of %s", run)
                        .extracting(line -> List.of(
                                line.path("stage"), line.path("attempt"), line.path("stream"), line.path("line")))
                        .doesNotHaveDuplicates());
        assertThat(status(end(ends, lasting))).isEqualTo("cancelled");
        List<String> good = new ArrayList<>(List.of(first, ticking));
        good.addAll(pipelines);
        good.addAll(agents);
        good.forEach(run ->
                assertThat(status(end(ends, run))).as(end(ends, run).toString()).isEqualTo("done"));
        String worker = said.get();
        boolean mayLose = victim == Victim.CALLER || worker.contains("its lease was not renewed in time");
        boolean mayLoseFragile = mayLose || isUnheardOf(worker, fragile, stage(end(ends, fragile), "a"));
        if (mayLoseFragile && status(end(ends, fragile)).equals("failed")) {
            assertThat(end(ends, fragile).at("/run/error/code").asText()).isEqualTo("worker_lost");
        } else {
            assertThat(status(end(ends, fragile)))
                    .as(end(ends, fragile).toString())
                    .isEqualTo("done");
            assertPrinted(client, fragile, end(ends, fragile), "a", List.of("fragile"));
        }
        if (!mayLose) {
            good.stream()
                    .filter(run -> !run.equals(first))
                    .forEach(run -> end(ends, run)
                            .path("stages")
                            .valueStream()
                            .forEach(stage -> assertThat(stage.path("attempt").intValue())
                                    .as("attempts of %s", stage)
                                    .isEqualTo(isUnheardOf(worker, run, stage) ? 2 : 1)));
        }
        pipelines.forEach(run -> checkPipeline(client, run, end(ends, run)));
        checkUsage(client, mayLose, modelCalls.getAsInt());
        return ends;
    }

    /** Whether a stage was leased to the worker outside of the server, which never came to know of that. */
    private static boolean isUnheardOf(String worker, String run, JsonNode stage) {
        String started = "run %s stage '%s' attempt 1 started"
                .formatted(run, stage.path("key").asText());
        return stage.path("worker").asText().equals(WorkerLane.NAME) && !worker.contains(started);
    }

    private static JsonNode end(Map<String, JsonNode> ends, String run) {
        return Objects.requireNonNull(ends.get(run), run);
    }

    private void checkPipeline(Client client, String run, JsonNode end) {
        String numbers = run + "\n"
                + IntStream.rangeClosed(1, NUMBERS).mapToObj(i -> i + "\n").collect(Collectors.joining());
        assertPrinted(
                client,
                run,
                end,
                "make",
                IntStream.rangeClosed(1, LINES).mapToObj(i -> "line " + i).toList());
        assertPrinted(client, run, end, "read", List.of(sha256(numbers) + "  -", "seed"));
        JsonNode artifacts = client.get("/v1/runs/" + run + "/artifacts").json().path("artifacts");
        assertThat(artifacts).hasSize(1);
        assertThat(artifacts.get(0).path("name").asText()).isEqualTo("numbers.txt");
        assertThat(artifacts.get(0).path("sha256").asText()).isEqualTo(sha256(numbers));
        assertThat(client.artifact(run, "numbers.txt")).isEqualTo(numbers);
    }

    /** An attempt that was lost has printed the beginning of it, the last one all. */
    private static void assertPrinted(Client client, String run, JsonNode end, String key, List<String> wanted) {
        Map<Integer, List<String>> printed = client.log(run).stream()
                .filter(line -> line.path("stage").asText().equals(key)
                        && !line.path("stream").asText().equals("system"))
                .collect(Collectors.groupingBy(
                        line -> line.path("attempt").intValue(),
                        Collectors.mapping(line -> line.path("line").asText(), Collectors.toList())));
        int last = stage(end, key).path("attempt").intValue();
        assertThat(printed.get(last)).as("attempt %d of %s", last, end).isEqualTo(wanted);
        printed.values().forEach(lines -> assertThat(wanted).startsWith(lines.toArray(String[]::new)));
    }

    /** Every call counts once; those that a killed worker had not told yet are not known to anybody. */
    private void checkUsage(Client client, boolean mayLose, int modelCalls) {
        int known = 0;
        for (String run : agents) {
            JsonNode totals = client.get("/v1/runs/" + run + "/usage").json().path("totals");
            int calls = totals.path("calls").intValue();
            assertThat(calls).as("calls of %s", run).isPositive();
            assertThat(totals.path("inputTokens").intValue()).isEqualTo(calls * TOKENS);
            assertThat(client.artifact(run, "result.jsonl")).contains("ok");
            known += calls;
        }
        if (mayLose) {
            assertThat(known).isBetween(AGENTS, modelCalls);
        } else {
            assertThat(known).isEqualTo(AGENTS).isEqualTo(modelCalls);
        }
    }

    private static List<String> listed(Client client) {
        return client.get("/v1/runs?limit=200").json().path("runs").findValuesAsText("id");
    }

    /** What a model says to every call. */
    static String modelAnswer() {
        return Json.write(Map.of(
                "id", "c1",
                "object", "chat.completion",
                "model", "model-1",
                "choices",
                        List.of(Map.of(
                                "index",
                                0,
                                "message",
                                Map.of("role", "assistant", "content", "go"),
                                "finish_reason",
                                "stop")),
                "usage", Map.of("prompt_tokens", TOKENS, "completion_tokens", 30, "total_tokens", TOKENS + 30)));
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
