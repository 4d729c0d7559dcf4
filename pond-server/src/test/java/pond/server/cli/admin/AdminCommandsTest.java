package pond.server.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import pond.common.ids.ProjectId;
import pond.common.json.Json;
import pond.server.cli.CommandLines;
import pond.server.cli.ExitCode;
import pond.server.credentials.Credential;
import pond.testing.TestRegistry;

class AdminCommandsTest {
    private static final ProjectId P = new ProjectId("p");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private TestRegistry registry;

    @Command(name = "root")
    private static final class Root {}

    @BeforeEach
    void start() {
        registry = new TestRegistry(folder);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void aPresetIsRegisteredListedShownAndDeleted() {
        assertThat(execute("harness", "from-preset", "codex-brokered", "--key", "codex"))
                .isZero();
        assertThat(out.toString().strip()).isEqualTo("codex");
        assertThat(execute("harness", "list")).isZero();
        assertThat(out.toString()).contains("harness.codex").contains("OpenAI Responses");
        assertThat(execute("harness", "show", "codex", "--json")).isZero();
        assertThat(Json.readTree(lastLine()).path("preset").asText()).isEqualTo("codex-brokered");
        assertThat(execute("harness", "show", "codex")).isZero();
        assertThat(out.toString()).contains("\"command_template\"");
        assertThat(execute("harness", "delete", "codex")).isZero();
        assertThat(execute("harness", "delete", "codex")).isEqualTo(ExitCode.REFUSED);
        assertThat(err.toString()).contains("there is no such harness (HTTP 404)");
        assertThat(execute("harness", "presets")).isZero();
        assertThat(out.toString()).contains("claude-brokered");
    }

    @Test
    void refusalsAndWrongWordsAreSaid() {
        assertThat(execute("harness", "from-preset", "none")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("must be one of claude-brokered");
        assertThat(execute("harness", "show", "../audit")).isEqualTo(ExitCode.USAGE);
        assertThat(execute("harness")).isEqualTo(ExitCode.USAGE);
        assertThat(execute("model")).isEqualTo(ExitCode.USAGE);
        assertThat(execute("credentials")).isEqualTo(ExitCode.USAGE);
        assertThat(execute("credentials", "delete", "c", "--project", "")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aModelKeepsTheDigitsOfItsPrices() {
        String[] set = {
            "model",
            "set",
            "m",
            "--provider",
            "anthropic",
            "--model-id",
            "m-1",
            "--credential",
            "c",
            "--input",
            "0.000001",
            "--output",
            "15",
            "--cache-read",
            "0.30"
        };
        assertThat(execute(set)).isZero();

        JsonNode model = Json.readTree(registry.get("models/m").body());
        assertThat(model.path("input_cost_per_mtok").toString()).isEqualTo("0.000001");
        assertThat(model.path("cache_read_cost_per_mtok").toString()).isEqualTo("0.3");
        assertThat(execute("model", "list")).isZero();
        assertThat(lastLine()).matches("m +anthropic +m-1 +c +0\\.000001 +15 +0\\.3 +-");
        assertThat(execute("model", "delete", "m")).isZero();
        assertThat(registry.models.find("m")).isEmpty();
    }

    @Test
    void secretsComeFromTheEnvironmentFilesAndStandardInput() throws IOException, GeneralSecurityException {
        Path file = Files.writeString(folder.resolve("secret"), "from-a-file\r\n");

        assertThat(execute(
                        "credentials",
                        "set",
                        "c",
                        "--provider",
                        "other",
                        "--env",
                        "BASE_URL=https://host/a=b",
                        "--secret-env",
                        "A=MY_KEY",
                        "--secret-env",
                        "MY_KEY",
                        "--secret-file",
                        "B=" + file,
                        "--secret-stdin",
                        "C"))
                .isZero();
        assertThat(execute(
                        "credentials", "set", "c", "--provider", "other", "--project", "p", "--secret-env", "MY_KEY"))
                .isZero();

        Credential all = registry.credentials.find("c", new ProjectId("q")).orElseThrow();
        assertThat(all.env()).containsEntry("BASE_URL", "https://host/a=b");
        assertThat(registry.credentials.open(all, "a test"))
                .isEqualTo(Map.of(
                        "A",
                        "from-the-environment",
                        "MY_KEY",
                        "from-the-environment",
                        "B",
                        "from-a-file",
                        "C",
                        "from-standard-input"));
        assertThat(registry.credentials.find("c", P).orElseThrow().project()).isEqualTo(P);
        assertThat(execute("credentials", "list")).isZero();
        assertThat(execute("credentials", "list", "--project", "p")).isZero();
        assertThat(lastLine()).matches("c +p +other +MY_KEY +2026-.*");
        assertThat(execute("credentials", "delete", "c", "--project", "p")).isZero();
        assertThat(registry.credentials.find("c", P).orElseThrow().project()).isNull();
        assertThat(out + err.toString()).doesNotContain("from-");
    }

    @Test
    void aSecretThatIsNotThereOrThereTwiceStopsTheCommand() throws IOException {
        Path large = Files.writeString(folder.resolve("large"), "x".repeat(70_000));

        assertThat(set("--secret-env", "NOT_SET")).isEqualTo(ExitCode.USAGE);
        assertThat(set("--secret-env", "MY_KEY", "--secret-stdin", "MY_KEY")).isEqualTo(ExitCode.USAGE);
        assertThat(set("--secret-file", "B=" + large)).isEqualTo(ExitCode.USAGE);
        assertThat(set("--secret-file", "B=" + folder.resolve("none"))).isEqualTo(ExitCode.USAGE);
        assertThat(registry.credentials.list(Optional.empty())).isEmpty();
    }

    private int set(String... more) {
        List<String> args = new ArrayList<>(List.of("credentials", "set", "c", "--provider", "other"));
        args.addAll(List.of(more));
        return execute(args.toArray(String[]::new));
    }

    private int execute(String... args) {
        Map<String, String> env = new LinkedHashMap<>();
        env.put("POND_URL", "http://127.0.0.1:" + registry.http.server.port());
        env.put("POND_TOKEN", "service-token");
        env.put("MY_KEY", "from-the-environment");
        CommandLine root = new CommandLine(new Root())
                .addSubcommand(new HarnessCommand())
                .addSubcommand(new ModelCommand())
                .addSubcommand(new CredentialsCommand(env));
        CommandLine line = CommandLines.prepare(root, env)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream("from-standard-input\n".getBytes(StandardCharsets.UTF_8)));
            return line.execute(args);
        } finally {
            System.setIn(before);
        }
    }

    private String lastLine() {
        List<String> lines = out.toString().lines().toList();
        return lines.get(lines.size() - 1);
    }
}
