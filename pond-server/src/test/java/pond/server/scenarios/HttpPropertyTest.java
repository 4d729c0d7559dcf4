package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import pond.common.json.Json;
import pond.testing.TestDatabase;

/**
 * Whatever is sent, the server answers with anything but a fault of its own, and a refused submit leaves nothing behind.
 * The server runs nothing itself: what these bodies ask for must not happen on this machine.
 */
class HttpPropertyTest {
    private static final int TRIES = 300;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final String VALID = """
            {"projectId": "garden", "trigger": "api", "context": {"a": 1}, "labels": {"team": "x"},
             "sources": [{"label": "app", "kind": "inline", "config": {"files": {"a.txt": "hello"}}}],
             "definition": {
               "stages": [
                 {"key": "a", "name": "A", "category": "c", "timeout_sec": 5, "executor": {"kind": "noop", "ticks": 2, "interval_sec": 0.5}},
                 {"key": "b", "executor": {"kind": "builtin", "name": "todo_scan", "include": ["**/*.java"]}},
                 {"key": "c", "retry": {"max_attempts": 2, "on": ["failed"], "backoff_sec": 1},
                  "executor": {"kind": "shell", "argv": ["true"], "env": {"A": "b"}, "artifacts": ["out/*"], "sandbox": {"profile": "none"}}},
                 {"key": "d", "executor": {"kind": "swarm", "harness": "codex", "model": "m", "prompt": "p",
                  "fanout": {"source": "map", "artifact": "areas.json", "maxAreas": 3}, "parse": {"fence": "json", "output": "o.jsonl", "shape": "jsonl"},
                  "writesArtifact": "w.json", "sandbox": {"profile": "untrusted-code-write", "tier": "any", "allow_hosts": ["a.example"], "overrides": {"memory": "1g"}}}}],
               "edges": [{"from": "a", "to": "b"}, {"from": "a", "to": "c"}, {"from": "b", "to": "d"}]}}
            """;

    private static TestPond pond;
    private static Client client;
    private static String endedRun;

    @BeforeContainer
    static void start() {
        pond = TestPond.startWithoutWaiting(
                TestDatabase.newFolder().resolve("state"),
                "POND_LOCAL_EXECUTORS",
                "",
                "POND_AUTH_FAILURES_PER_MIN",
                "0");
        client = pond.service();
        endedRun = client.submit(Body.of(Body.noop("a")));
        client.cancel(endedRun);
    }

    @AfterContainer
    static void stop() {
        pond.close();
    }

    @Property(tries = TRIES)
    void anyJsonIsAnswered(@ForAll("json") JsonNode body) {
        submitAndPreflightAgree(Json.write(body));
    }

    @Property(tries = TRIES)
    void aValidBodyWithMistakesIsAnswered(@ForAll long seed, @ForAll("json") JsonNode strange) {
        Random random = new Random(seed);
        JsonNode body = Json.readTree(VALID);
        for (int mistakes = random.nextInt(4); mistakes >= 0; mistakes--) {
            mutate(body, random, strange);
        }
        submitAndPreflightAgree(Json.write(body));
    }

    @Property(tries = TRIES)
    void anyBytesAreAnswered(@ForAll byte[] body, @ForAll("paths") String path, @ForAll("texts") String type) {
        Client.Answer answer = client.send(client.request(path)
                .header("Content-Type", type.length() % 2 == 0 ? "application/json" : "x/" + header(type))
                .POST(BodyPublishers.ofByteArray(body))
                .build());

        assertThat(answer.status()).as(answer.body()).isLessThan(500);
    }

    @Property(tries = TRIES)
    void anyQueryAndHeadersAreAnswered(
            @ForAll("paths") String path, @ForAll("query") Map<String, String> query, @ForAll("texts") String text) {
        String encoded = query.entrySet().stream()
                .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&"));
        String[] headers = {"Range", header(text), "If-None-Match", header(text), "X-Request-Id", header(text)};

        Client.Answer answer = client.get(path + "?" + encoded, headers);

        assertThat(answer.status()).as(answer.body()).isLessThan(500);
        Client.Answer tokenless = new Client(pond.url(), header(text)).get(path + "?" + encoded);
        assertThat(tokenless.status()).as(tokenless.body()).isIn(401, 403);
    }

    @Property(tries = TRIES)
    void anyIdempotencyKeyIsAnswered(@ForAll("texts") String key) {
        Client.Answer answer = client.post("/v1/runs", Body.of(Body.noop("a")), "Idempotency-Key", header(key));

        assertThat(answer.status()).as(answer.body()).isIn(200, 201, 422);
    }

    private static void submitAndPreflightAgree(String body) {
        String before = newest();
        Client.Answer preflight = client.post("/v1/runs/preflight", body);
        assertThat(preflight.status()).as(preflight.body()).isEqualTo(200);
        boolean ok = preflight.json().path("ok").booleanValue();
        assertThat(newest()).isEqualTo(before);

        Client.Answer submit = client.post("/v1/runs", body);

        assertThat(submit.status()).as(submit.body()).isEqualTo(ok ? 201 : 422);
        assertThat(newest()).isEqualTo(ok ? submit.json().path("id").asText() : before);
        if (ok) {
            client.cancel(submit.json().path("id").asText());
        } else {
            assertThat(submit.json().path("problems"))
                    .isNotEmpty()
                    .isEqualTo(preflight.json().path("problems"));
        }
    }

    private static String newest() {
        return client.get("/v1/runs?limit=1").json().at("/runs/0/id").asText();
    }

    /** Makes one change somewhere in a tree. */
    private static void mutate(JsonNode root, Random random, JsonNode strange) {
        List<JsonNode> inner = new ArrayList<>();
        collect(root, inner);
        JsonNode place = inner.get(random.nextInt(inner.size()));
        JsonNode value = (random.nextBoolean() ? strange : inner.get(random.nextInt(inner.size()))).deepCopy();
        if (place instanceof ArrayNode list) {
            if (list.isEmpty() || random.nextInt(3) == 0) {
                list.add(value);
            } else if (random.nextBoolean()) {
                list.remove(random.nextInt(list.size()));
            } else {
                list.set(random.nextInt(list.size()), value);
            }
        } else if (place instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.isEmpty() ? "new" : names.get(random.nextInt(names.size()));
            switch (random.nextInt(3)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(name, value);
                default -> object.set(name + "x", value);
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> inner) {
        if (node.isContainerNode()) {
            inner.add(node);
            node.forEach(child -> collect(child, inner));
        }
    }

    @Provide
    Arbitrary<JsonNode> json() {
        Arbitrary<JsonNode> leaves = Arbitraries.oneOf(
                Arbitraries.just(NODES.nullNode()),
                Arbitraries.of(true, false).map(NODES::booleanNode),
                Arbitraries.longs().map(NODES::numberNode),
                Arbitraries.doubles().map(NODES::numberNode),
                texts().map(NODES::textNode),
                names().map(NODES::textNode));
        return Arbitraries.recursive(() -> leaves, HttpPropertyTest::around, 0, 4);
    }

    private static Arbitrary<JsonNode> around(Arbitrary<JsonNode> inner) {
        Arbitrary<JsonNode> lists =
                inner.list().ofMaxSize(4).map(items -> NODES.arrayNode().addAll(items));
        Arbitrary<JsonNode> objects = Arbitraries.maps(names(), inner)
                .ofMaxSize(6)
                .map(fields -> NODES.objectNode().setAll(fields));
        return Arbitraries.oneOf(inner, lists, objects, objects);
    }

    private static Arbitrary<String> names() {
        return Arbitraries.of(
                "projectId",
                "definition",
                "stages",
                "edges",
                "key",
                "executor",
                "kind",
                "noop",
                "shell",
                "builtin",
                "swarm",
                "argv",
                "ticks",
                "sources",
                "label",
                "config",
                "inline",
                "files",
                "from",
                "to",
                "retry",
                "sandbox",
                "profile",
                "labels",
                "context",
                "sha",
                "__proto__",
                "",
                "\u0000",
                "\uD800");
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20),
                Arbitraries.of("", "null", "-1", "0", "9223372036854775808", "1e9", "%00", "../..", "'; --", "\u202E"));
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of(
                "/v1/runs",
                "/v1/runs/preflight",
                "/v1/runs/" + endedRun,
                "/v1/runs/" + endedRun + "/logs",
                "/v1/runs/" + endedRun + "/usage",
                "/v1/runs/" + endedRun + "/artifacts",
                "/v1/runs/" + endedRun + "/artifacts/a/b",
                "/v1/runs/" + endedRun + "/cancel",
                "/v1/runs/no-id",
                "/v1/keys",
                "/v1/nothing");
    }

    @Provide
    Arbitrary<Map<String, String>> query() {
        Arbitrary<String> names = Arbitraries.of(
                "projectId", "status", "limit", "cursor", "since", "version", "wait", "stage", "substage", "x", "");
        return Arbitraries.maps(names, texts()).ofMaxSize(4);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** What the client lets through as a header's value. */
    private static String header(String text) {
        return "h"
                + text.chars()
                        .filter(c -> c > ' ' && c < 0x7f)
                        .mapToObj(Character::toString)
                        .collect(Collectors.joining());
    }
}
