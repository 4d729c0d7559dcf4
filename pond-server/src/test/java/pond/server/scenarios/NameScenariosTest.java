package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.json.Json;
import pond.common.protocol.WorkerHttp;
import pond.testing.TestMachine;

/** Names that nobody gives by accident, in each place that takes one: refused by name, or kept as they are. */
class NameScenariosTest {
    private static final List<String> NAMES = List.of(
            "",
            " ",
            ".",
            "..",
            "../../etc/passwd",
            "/etc/passwd",
            "a/../b",
            "a\\..\\b",
            "a\0b",
            "a\nb",
            "a\r\nX-Injected: 1",
            "\u001b[31mred",
            "\u202etxt.exe",
            "\ud800",
            "e\u0301",
            "\ud83e\udd86",
            "\u00a0",
            "\u200b",
            "\ufeff",
            "\uffff",
            "%2e%2e%2f",
            "'; DROP TABLE runs; --",
            "{{SECRET:x}}",
            "$(reboot)",
            "<script>",
            "__proto__",
            "null",
            "-rf",
            "a".repeat(300),
            "\u00e9".repeat(200),
            "a".repeat(100_000));

    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client client;

    @BeforeAll
    static void start() {
        pond = TestPond.startWithoutWaiting(
                folder.resolve("state"), "POND_LOCAL_EXECUTORS", "shell", "POND_AUTH_FAILURES_PER_MIN", "0");
        client = pond.service();
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    /** A call, and its body with the name at the place of the {@code %s}. */
    private record Place(String name, String path, String body) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Place> places() {
        String swarm = "{\"kind\":\"swarm\",\"harness\":\"h\",\"model\":\"m\",\"prompt\":\"p\","
                + "\"sandbox\":{\"profile\":\"untrusted-code-read\"}}";
        String source = "\"sources\":[{\"label\":LABEL,\"kind\":\"inline\",\"config\":{\"files\":{FILE:\"text\"}}}]";
        return Stream.of(
                new Place("project", "/v1/runs", Body.of(Body.stage("a", swarm)).replace("\"garden\"", "%s")),
                submitted("trigger", "\"trigger\":%s", "a", swarm),
                submitted("label's key", "\"labels\":{%s:\"v\"}", "a", swarm),
                submitted("label's value", "\"labels\":{\"k\":%s}", "a", swarm),
                submitted("context", "\"context\":{%s:1}", "a", swarm),
                submitted("source", source.replace("LABEL", "%s").replace("FILE", "\"a\""), "a", swarm),
                submitted("file", source.replace("LABEL", "\"app\"").replace("FILE", "%s"), "a", swarm),
                submitted("stage", "\"sha\":null", "%s", swarm),
                submitted("stage's name", "\"sha\":null", "a", swarm + ",\"name\":%s"),
                submitted("harness of a stage", "\"sha\":null", "a", swarm.replace("\"h\"", "%s")),
                submitted(
                        "variable", "\"sha\":null", "a", "{\"kind\":\"shell\",\"argv\":[\"true\"],\"env\":{%s:\"v\"}}"),
                submitted("glob", "\"sha\":null", "a", "{\"kind\":\"shell\",\"argv\":[\"true\"],\"artifacts\":[%s]}"),
                submitted("builtin", "\"sha\":null", "a", "{\"kind\":\"builtin\",\"name\":%s}"),
                new Place("key", "/v1/keys", "{\"projectId\":\"garden\",\"name\":%s}"),
                new Place("key's project", "/v1/keys", "{\"projectId\":%s}"),
                new Place(
                        "credential",
                        "/v1/admin/credentials",
                        "{\"name\":%s,\"provider\":\"anthropic\",\"env\":{},\"secrets\":{\"ANTHROPIC_API_KEY\":\"sk-0123456789\"}}"),
                new Place(
                        "credential's variable",
                        "/v1/admin/credentials",
                        "{\"name\":\"c\",\"provider\":\"anthropic\",\"env\":{%s:\"v\"},\"secrets\":{\"ANTHROPIC_API_KEY\":\"sk-0123456789\"}}"),
                new Place("harness", "/v1/admin/harnesses", "{\"key\":%s,\"command_template\":[\"true\"]}"),
                new Place(
                        "harness's file",
                        "/v1/admin/harnesses",
                        "{\"key\":\"h\",\"command_template\":[\"true\"],\"files\":[{\"path\":%s,\"content\":\"x\"}]}"),
                new Place(
                        "model",
                        "/v1/admin/models",
                        "{\"key\":%s,\"provider\":\"anthropic\",\"model_id\":\"m\",\"credential_name\":\"c\",\"input_cost_per_mtok\":\"3\",\"output_cost_per_mtok\":\"15\"}"),
                new Place("pool", "/v1/admin/pool/enrollment-codes", "{\"pool\":%s}"),
                new Place("tag", "/v1/admin/pool/enrollment-codes", "{\"tags\":[%s]}"));
    }

    private static Place submitted(String name, String more, String key, String executor) {
        return new Place(
                name, "/v1/runs", Body.with(more, Body.stage(key, executor)).replace("\"%s\"", "%s"));
    }

    @ParameterizedTest
    @MethodSource("places")
    void isRefusedOrKeptAsItIs(Place place) {
        for (String name : NAMES) {
            String text = JsonNodeFactory.instance.textNode(name).toString();
            Client.Answer answer = client.post(place.path(), place.body().replace("%s", escaped(text)));
            isAnswered(answer, name);
            if (answer.status() < 300) {
                assertThat(answer.json().toString()).as(answer.body()).contains(text);
            }
        }
    }

    /** What is no character by itself can be sent in this way only. */
    private static String escaped(String json) {
        StringBuilder ascii = new StringBuilder();
        json.chars().forEach(one -> ascii.append(one < 0x7f ? Character.toString(one) : "\\u%04x".formatted(one)));
        return ascii.toString();
    }

    private static void isAnswered(Client.Answer answer, String name) {
        assertThat(answer.status()).as("'%s': %s", name, answer.body()).isLessThan(500);
        assertThat(answer.headers().firstValue("X-Injected")).isEmpty();
        if (answer.status() >= 400) {
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(answer.body().length()).as("it is not given back whole").isLessThan(64 << 10);
        }
    }

    @Test
    void aWorkersName() {
        for (String name : NAMES) {
            String code = RemoteWorker.code(pond, "").path("code").textValue();
            TestMachine machine = new TestMachine(name);
            String enroll = escaped(Json.write(machine.enroll(code)));

            Client.Answer answer = new Client(pond.url(), code).post(WorkerHttp.ENROLL, enroll);

            isAnswered(answer, name);
            if (answer.status() == 200) {
                Client.Answer attached = new Client(pond.url(), machine.bearer())
                        .post(WorkerHttp.ATTACH, escaped(RemoteWorker.offer(name, "noop")));
                isAnswered(attached, name);
            }
        }
        isAnswered(client.get("/v1/admin/pool/workers"), "all of them");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/runs/%s",
                "/v1/runs/%s/logs",
                "/v1/runs/RUN/artifacts/%s",
                "/v1/runs/RUN/artifacts/a/%s/b",
                "/v1/runs?projectId=%s",
                "/v1/runs?label=%s",
                "/v1/runs?label=k:%s",
                "/v1/runs?cursor=%s",
                "/v1/usage?by=label:%s",
                "/v1/keys?projectId=%s",
                "/v1/admin/credentials/%s",
                "/v1/admin/harnesses/%s",
                "/v1/admin/models/%s",
                "/docs/%s"
            })
    void inAnAddress(String path) {
        String run = client.submit(Body.of(Body.noop("a")));
        for (String name : NAMES) {
            // Nothing at all is the address of the list.
            if (!name.isEmpty() && name.length() < 10_000) {
                String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
                isAnswered(client.get(path.replace("RUN", run).replace("%s", encoded)), name);
            }
        }
        client.cancel(run);
    }

    /** Files whose names a shell can make and nobody would: kept, or the stage says which it could not keep. */
    @Test
    void filesThatAStageLeaves() {
        String script = """
                cd "$POND_OUTPUT_DIR"
                touch -- -rf '..x' 'a b' 'a\\b' '%2e%2e' 'é' '🦆' "$(printf 'e\\314\\201')" '#?&' '<b>' con
                mkdir -p "$(printf 'a%.0s' $(seq 200))" && touch "$(printf 'a%.0s' $(seq 200))/$(printf 'b%.0s' $(seq 200))"
                """;
        String run = client.submit(Body.of(Body.shell("files", script)));

        assertThat(Client.status(client.end(run))).isEqualTo("done");

        Set<String> names = new TreeSet<>();
        client.get("/v1/runs/" + run + "/artifacts")
                .json()
                .path("artifacts")
                .forEach(one -> names.add(one.path("name").textValue()));
        assertThat(names).hasSize(11).doesNotContain("a\\b");
        assertThat(client.log(run))
                .anySatisfy(line -> assertThat(line.path("line").textValue()).contains("a\\b"));
        for (String name : names) {
            String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8)
                    .replace("+", "%20")
                    .replace("%2F", "/");
            assertThat(client.get("/v1/runs/" + run + "/artifacts/" + encoded).status())
                    .as(name)
                    .isEqualTo(200);
        }
    }
}
