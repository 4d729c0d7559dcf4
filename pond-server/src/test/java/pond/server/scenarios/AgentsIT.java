package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real agent programs, with the packed jars and a model server that speaks their wire format: they change a file, run a
 * tool and end with a result. {@code scripts/install-agents} puts them where this looks for them; one that is not there is
 * skipped, or fails where {@code POND_AGENTS_REQUIRED} names it.
 */
@Timeout(240)
class AgentsIT {
    private static final Path AGENTS = Path.of(System.getenv().getOrDefault("POND_AGENTS", "/var/tmp/pond-agents"));
    private static final String REQUIRED = System.getenv().getOrDefault("POND_AGENTS_REQUIRED", "");
    private static final Map<String, String> NOTHING_LOCAL = Map.of("POND_LOCAL_EXECUTORS", "");

    /** What the model has the agent run: it changes a file, and tells whatever looks like a key and can be seen. */
    private static final String TOOL = "echo changed >> app.txt; cp app.txt \"$POND_OUTPUT_DIR\"/app.txt;"
            + " { env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline; find \"$HOME\" /tmp -type f -size -500k -exec cat {} +; }"
            + " 2>/dev/null | grep -aoE 'sk-[a-z0-9-]+|pond-stage-[a-f0-9]+' | sort -u > \"$POND_OUTPUT_DIR\"/keys.txt;"
            + " echo told";

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource({
        "pi, pi-brokered, openai-compatible",
        "pi, pi-brokered-responses, openai",
        "pi, pi-brokered-anthropic, anthropic",
        "pi, pi-brokered-gemini, gemini",
        "codex, codex-brokered, openai",
        "claude, claude-brokered, anthropic"
    })
    void anAgentChangesFilesRunsAToolAndGivesAResult(String program, String preset, String provider) throws Exception {
        boolean there = Files.isExecutable(AGENTS.resolve("bin").resolve(program));
        assertThat(there || !REQUIRED.contains(program))
                .as("%s is to be in %s; run scripts/install-agents", program, AGENTS)
                .isTrue();
        assumeTrue(there, program + " is not in " + AGENTS + ": scripts/install-agents puts it there");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        try (ModelProcess models = ModelProcess.start(folder, TOOL);
                ServerProcess server = ServerProcess.serve(folder, folder.resolve("server"), NOTHING_LOCAL);
                WorkerProcess worker = WorkerProcess.enrol(
                        folder,
                        server.url(),
                        server.client(),
                        "agents",
                        "--executors",
                        "swarm",
                        "--capabilities",
                        "harness." + program,
                        "--tool-dirs",
                        AGENTS.toString())) {
            worker.untilAttached();
            Client client = server.client();
            Register register = new Register(client);
            register.model("model", provider, models.url());
            register.preset(preset);

            String run = client.submit(Body.with(
                    "\"sources\":[{\"kind\":\"inline\",\"label\":\"app\",\"config\":{\"files\":{\"app.txt\":\"first\\n\"}}}]",
                    Body.stage("fix", """
                            {"kind":"swarm","harness":"%s","model":"model","prompt":"Change app.txt.",
                            "parse":{"fence":"result","output":"results.jsonl"},
                            "sandbox":{"profile":"untrusted-code-write"}}""".formatted(preset))));

            JsonNode details = client.end(run);
            assertThat(status(details)).as(details + "\n" + client.log(run)).isEqualTo("done");
            assertThat(stage(details, "fix").path("attestation").asText()).isEqualTo("verified");
            assertThat(client.artifact(run, "app.txt")).isEqualTo("first\nchanged\n");
            assertThat(client.artifact(run, "results.jsonl")).isEqualTo("{\"ok\":true,\"note\":\"grüße 🦆\"}\n");
            assertThat(client.artifact(run, "keys.txt")).contains("pond-stage-").doesNotContain(Register.KEY);
            assertThat(client.log(run).toString()).doesNotContain(Register.KEY);
            assertUsed(client.get("/v1/runs/" + run + "/usage").json());
        }
    }

    /** Each call used 1200 tokens in, 300 from the cache and 42 out, of which 10 for reasoning. */
    private static void assertUsed(JsonNode usage) {
        JsonNode totals = usage.path("totals");
        int calls = totals.path("calls").asInt();
        assertThat(calls).as(usage.toString()).isBetween(2, 4);
        assertThat(totals.path("inputTokens").asInt()).isEqualTo(calls * 1200);
        assertThat(totals.path("cacheReadTokens").asInt()).isEqualTo(calls * 300);
        assertThat(totals.path("outputTokens").asInt()).isEqualTo(calls * 42);
        assertThat(totals.path("reasoningTokens").asInt()).isEqualTo(calls * 10);
        // 1200 × 3 + 300 × 0.3 + 42 × 15 micro-dollars.
        assertThat(totals.path("costUsd").decimalValue().movePointRight(6).longValueExact())
                .isEqualTo(calls * 4320L);
    }
}
