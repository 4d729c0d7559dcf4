package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packed jars, two workers with sandboxes, and a small agent that does as its prompt says. */
@Timeout(240)
class SwarmIT {
    private static final Map<String, String> NOTHING_LOCAL =
            Map.of("POND_LOCAL_EXECUTORS", "", "POND_LEASE_SEC", "5", "POND_DISPATCH_NO_WORKER_GRACE_SEC", "60");

    /** Asks its model once, and then does what the word in its prompt says. */
    private static final String AGENT = """
            #!/bin/sh
            prompt=$(cat)
            code=$(curl -sS -m 100 -o /tmp/answer -w '%{http_code}' -H "Authorization: Bearer $KEY" \\
              -H 'Content-Type: application/json' \\
              -d "{\\"model\\": \\"$MODEL\\", \\"messages\\": [{\\"role\\": \\"user\\", \\"content\\": \\"go\\"}]}" \\
              "$BROKER/v1/chat/completions") || { echo "no model: $code" >&2; exit 7; }
            [ "$code" = 200 ] || { echo "the model said $code" >&2; cat /tmp/answer >&2; exit 8; }
            case $prompt in
              *breaks*) exit 3 ;;
              *sleeps*) exec sleep 54323.5 ;;
              *babbles*) printf '```result\\n{"a": 1}\\n{"b": \\n```\\n' ;;
              *maps*) printf '```result\\n%s\\n```\\n' "$(cat areas.json)" ;;
              *) printf 'Done.\\n\\n```result\\n{"stage": "%s", "of": "%s"}\\n```\\n' "$POND_STAGE" "$POND_SUBSTAGE" ;;
            esac
            """;

    @TempDir
    private Path folder;

    private Path tools;

    @BeforeEach
    void placeTheAgent() throws IOException {
        // Stages run as another user, who must get to the folders that sandboxes show.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        tools = Files.createDirectory(folder.resolve("tools"));
        Path agent = Files.writeString(tools.resolve("agent"), AGENT);
        Files.setPosixFilePermissions(agent, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(tools, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void areasRunOnAllWorkersAndTheGoodOnesAreJoined() throws Exception {
        try (ModelProcess models = ModelProcess.start(folder, "true");
                ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), NOTHING_LOCAL);
                WorkerProcess one = worker(server, "one");
                WorkerProcess two = worker(server, "two")) {
            one.untilAttached();
            two.untilAttached();
            Client client = server.client();
            register(client, models);
            List<String> areas = new ArrayList<>();
            for (String does : List.of("works", "works", "breaks", "works", "sleeps", "works", "babbles", "works")) {
                areas.add("{\"title\":\"%s\",\"globs\":[\"**/*.x\"],\"why\":\"because\"}".formatted(does));
            }
            String sources =
                    "\"sources\":[{\"kind\":\"inline\",\"label\":\"app\",\"config\":{\"files\":{\"areas.json\":%s}}}]"
                            .formatted(pond.common.json.Json.write("{\"areas\":[" + String.join(",", areas) + "]}"));

            String run = client.submit(Body.with(
                    sources, agent("map", "it maps", """
                            "parse":{"fence":"result","output":"areas.json","shape":"json"}"""), agent("scan", "Area {{AREA_TITLE}} {{GLOBS}}", """
                            "timeout_sec":15,"fanout":{"source":"map","artifact":"areas.json","maxAreas":8},
                            "parse":{"fence":"result","output":"results.jsonl"}""")));

            JsonNode details = client.end(run);
            JsonNode scan = stage(details, "scan");
            assertThat(status(details)).as(details.toString()).isEqualTo("failed");
            assertThat(scan.at("/error/code").asText()).isEqualTo("areas_failed");
            assertThat(scan.at("/error/message").asText()).contains("2", "4", "6");
            assertThat(texts(scan.path("substages"), "/status"))
                    .containsExactly("done", "done", "failed", "done", "failed", "done", "failed", "done");
            assertThat(texts(scan.path("substages"), "/error/code"))
                    .containsExactly("", "", "agent_failed", "", "timeout", "", "result_unparsable", "");
            assertThat(texts(scan.path("substages"), "/worker")).contains("one", "two");
            assertThat(texts(scan.path("substages"), "/attestation").get(0)).isEqualTo("verified");
            assertThat(client.artifact(run, "results.jsonl?stage=scan")
                            .lines()
                            .map(line -> pond.common.json.Json.readTree(line)
                                    .path("area")
                                    .asText()))
                    .containsExactly("0", "1", "3", "5", "7");
            JsonNode usage = client.get("/v1/runs/" + run + "/usage").json();
            assertThat(usage.at("/totals/calls").asInt()).isEqualTo(9);
            assertThat(usage.at("/totals/inputTokens").asInt()).isEqualTo(9 * 1200);
            assertThat(usage.path("substages")).hasSize(9);
        }
    }

    @Test
    void aReRunReusesAgentsThatWereDoneAndCostsOnlyWhatItRan() throws Exception {
        try (ModelProcess models = ModelProcess.start(folder, "true");
                ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), NOTHING_LOCAL);
                WorkerProcess one = worker(server, "one")) {
            one.untilAttached();
            Client client = server.client();
            register(client, models);
            String sources =
                    "\"sources\":[{\"kind\":\"inline\",\"label\":\"app\",\"config\":{\"files\":{\"areas.json\":"
                            + "\"[{\\\"title\\\":\\\"works\\\"},{\\\"title\\\":\\\"works too\\\"}]\"}}}]";
            String first = client.submit(Body.with(
                    sources,
                    agent("map", "it maps", """
                            "parse":{"fence":"result","output":"areas.json","shape":"json"}"""),
                    agent("scan", "Area {{AREA_TITLE}}", """
                            "fanout":{"source":"map","artifact":"areas.json","maxAreas":8},
                            "parse":{"fence":"result","output":"results.jsonl"}"""),
                    agent("report", "it breaks", "")));
            JsonNode failed = client.end(first);
            assertThat(stage(failed, "scan").path("status").asText())
                    .as(failed.toString())
                    .isEqualTo("done");

            Client.Answer answer = client.post("/v1/runs/" + first + "/rerun", "{\"from\":\"failed\"}");
            assertThat(answer.status()).as(answer.body()).isEqualTo(201);
            String again = answer.json().path("id").asText();
            JsonNode details = client.end(again);

            assertThat(details.at("/run/error/code").asText()).isEqualTo("agent_failed");
            assertThat(stage(details, "scan").path("reusedFrom").asText()).isEqualTo(first);
            assertThat(stage(details, "scan").path("substages"))
                    .isEqualTo(stage(failed, "scan").path("substages"))
                    .hasSize(2);
            assertThat(stage(details, "report").path("reusedFrom").isNull()).isTrue();
            assertThat(client.artifact(again, "results.jsonl?stage=scan"))
                    .isEqualTo(client.artifact(first, "results.jsonl?stage=scan"));
            assertThat(client.get("/v1/runs/" + first + "/usage")
                            .json()
                            .at("/totals/calls")
                            .asInt())
                    .isEqualTo(4);
            assertThat(client.get("/v1/runs/" + again + "/usage")
                            .json()
                            .at("/totals/calls")
                            .asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void aWorkerThatIsKilledInAModelCallLeavesNothingHanging() throws Exception {
        try (ModelProcess models = ModelProcess.start(folder, "true", "slow*");
                ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), NOTHING_LOCAL);
                WorkerProcess one = worker(server, "one")) {
            one.untilAttached();
            Client client = server.client();
            register(client, models);
            String run = client.submit(Body.of(agent("fix", "it works", "\"retry\":{\"max_attempts\":1}")));
            client.untilStage(run, "fix", "running");

            one.kill();

            JsonNode details = client.end(run);
            assertThat(details.at("/run/error/code").asText()).isEqualTo("worker_lost");
            assertThat(client.get("/v1/runs/" + run + "/usage")
                            .json()
                            .at("/totals/calls")
                            .asInt())
                    .isLessThanOrEqualTo(1);
            assertThat(Processes.withArgument(tools.resolve("agent").toString()))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"401*, 502", "429*, 429", "500*, 500"})
    void whatTheProviderRefusesIsNamed(String turn, String told) throws Exception {
        try (ModelProcess models = ModelProcess.start(folder, "true", turn);
                ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), NOTHING_LOCAL);
                WorkerProcess one = worker(server, "one")) {
            one.untilAttached();
            Client client = server.client();
            register(client, models);

            String run = client.submit(Body.of(agent("fix", "it works", "")));

            JsonNode details = client.end(run);
            assertThat(details.at("/run/error/code").asText())
                    .as(details.toString())
                    .isEqualTo("agent_failed");
            assertThat(client.log(run).toString())
                    .contains("the model said " + told)
                    .doesNotContain(Register.KEY);
        }
    }

    private WorkerProcess worker(ServerProcess server, String name) {
        return WorkerProcess.enrol(
                folder,
                server.url(),
                server.client(),
                name,
                "--executors",
                "swarm",
                "--capabilities",
                "harness.small",
                "--concurrency",
                "2",
                "--tool-dirs",
                tools.toString());
    }

    private void register(Client client, ModelProcess models) {
        Register register = new Register(client);
        register.model("chat", "openai-compatible", models.url());
        register.harness("small", tools.resolve("agent").toString());
    }

    private static String agent(String key, String prompt, String more) {
        return Body.stage(
                key,
                """
                {"kind":"swarm","harness":"small","model":"chat","prompt":"%s",%s
                "sandbox":{"profile":"untrusted-code-read"}}""".formatted(prompt, more.isEmpty() || more.startsWith("\"retry") ? "" : more + ","),
                more.startsWith("\"retry") ? more : "");
    }

    private static List<String> texts(JsonNode list, String pointer) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(one -> one.at(pointer).asText(""))
                .map(text -> text.equals("null") ? "" : text)
                .toList();
    }
}
