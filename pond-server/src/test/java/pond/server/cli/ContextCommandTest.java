package pond.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import pond.common.json.Json;
import pond.server.cli.context.SavedContext;
import pond.server.cli.runs.RunCommand;
import pond.testing.TestHttp;

class ContextCommandTest {
    private static final String TOKEN = "pond_pk_saved-token";

    private final List<String> tokens = Collections.synchronizedList(new ArrayList<>());
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path config;

    private TestHttp one;
    private TestHttp other;

    @Command(name = "root")
    private static final class Root {}

    @BeforeEach
    void start() {
        one = server("one");
        other = server("other");
    }

    private TestHttp server(String name) {
        return TestHttp.start((routes, answers) -> routes.get("/v1/runs", ctx -> {
            tokens.add(name + " " + ctx.header("Authorization"));
            Map<String, Object> page = new HashMap<>(Map.of("runs", List.of()));
            page.put("next", null);
            answers.json(ctx, 200, page);
        }));
    }

    @AfterEach
    void stop() {
        one.close();
        other.close();
    }

    @Test
    void theFirstContextIsUsedFromThenOnAndAnotherWhenItIsNamed() {
        assertThat(add("one", one, TOKEN)).isZero();
        assertThat(add("two", other, "second")).isZero();

        assertThat(execute(Map.of(), "run", "list")).isZero();
        assertThat(execute(Map.of(), "run", "list", "--context", "two")).isZero();
        assertThat(execute(Map.of("POND_CONTEXT", "two"), "run", "list")).isZero();
        assertThat(execute(Map.of("POND_CONTEXT", "two"), "run", "list", "--context", "one"))
                .isZero();
        assertThat(execute(Map.of(), "context", "use", "two")).isZero();
        assertThat(execute(Map.of(), "run", "list")).isZero();

        assertThat(tokens)
                .containsExactly(
                        "one Bearer " + TOKEN,
                        "other Bearer second",
                        "other Bearer second",
                        "one Bearer " + TOKEN,
                        "other Bearer second");
    }

    @Test
    void whatIsGivenWinsOverTheEnvironmentAndThatOverTheContext() {
        add("one", one, TOKEN);

        execute(Map.of("POND_TOKEN", "env"), "run", "list");
        execute(Map.of("POND_TOKEN", "env"), "run", "list", "--token", "flag");
        execute(Map.of("POND_TOKEN", "env", "POND_URL", url(other)), "run", "list", "--context", "one");

        assertThat(tokens).containsExactly("one Bearer env", "one Bearer flag", "other Bearer env");
        assertThat(err.toString()).contains("--server or POND_URL wins over context one");
    }

    @Test
    void aTokenIsNeverSentToAnotherServerThanItsOwn() {
        add("one", one, TOKEN);

        assertThat(execute(Map.of(), "run", "list", "--server", url(other))).isEqualTo(ExitCode.USAGE);
        assertThat(execute(Map.of("POND_URL", url(other)), "run", "list")).isEqualTo(ExitCode.USAGE);

        assertThat(tokens).isEmpty();
        assertThat(err.toString()).contains("a token is needed").doesNotContain(TOKEN);
    }

    @Test
    void listsShowWhetherThereIsATokenAndNeverWhich() {
        add("one", one, TOKEN);
        assertThat(execute(Map.of(), "context", "add", "bare", "--server", "https://pond.example.org"))
                .isZero();

        assertThat(execute(Map.of(), "context", "list")).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "NAME SERVER TOKEN CURRENT", "bare https://pond.example.org no", "one " + url(one) + " yes *");
        out.getBuffer().setLength(0);
        assertThat(execute(Map.of(), "context", "list", "--json")).isZero();
        assertThat(Json.readTree(out.toString()).at("/1/hasToken").booleanValue())
                .isTrue();
        assertThat(out.toString() + err).doesNotContain(TOKEN);
        assertThat(new SavedContext("https://h", TOKEN).toString()).doesNotContain(TOKEN);
    }

    @Test
    void theFileIsForItsOwnerAlone() throws IOException {
        add("one", one, TOKEN);
        Path file = config.resolve("pond/contexts.json");
        assertThat(mode(file)).isEqualTo("rw-------");
        assertThat(mode(config.resolve("pond"))).isEqualTo("rwx------");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThat(execute(Map.of(), "run", "list")).isEqualTo(ExitCode.FAILED);
        assertThat(execute(Map.of(), "context", "list")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("is open to other users; run: chmod 600");
        assertThat(tokens).isEmpty();
        // Whoever says everything needs no file.
        assertThat(execute(Map.of("POND_URL", url(one), "POND_TOKEN", "env"), "run", "list"))
                .isZero();
    }

    @Test
    void aRemovedContextIsGoneWithItsToken() throws IOException {
        add("one", one, TOKEN);

        assertThat(execute(Map.of(), "context", "remove", "one")).isZero();

        assertThat(config.resolve("pond/contexts.json")).content().doesNotContain(TOKEN);
        try (var files = Files.list(config.resolve("pond"))) {
            assertThat(files).hasSize(1);
        }
        assertThat(execute(Map.of(), "context", "remove", "one")).isEqualTo(ExitCode.USAGE);
        assertThat(execute(Map.of(), "context", "use", "one")).isEqualTo(ExitCode.USAGE);
        assertThat(execute(Map.of(), "run", "list", "--context", "one")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("there is no context 'one'");
    }

    @Test
    void wrongWordsAreRefused() throws IOException {
        Path empty = Files.writeString(config.resolve("empty"), "\n");

        assertThat(execute(Map.of(), "context")).isEqualTo(ExitCode.USAGE);
        assertThat(execute(Map.of(), "context", "add", "a b", "--server", "http://h"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(execute(Map.of(), "context", "add", "a", "--server", "ftp://h"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(execute(Map.of(), "context", "add", "a", "--server", "http://me:secret@h"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(execute(Map.of(), "context", "add", "a", "--server", "http://h", "--token-file", empty.toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("a token has 1 to 512 visible ASCII characters")
                .doesNotContain("secret");
        Files.createDirectories(config.resolve("pond"));
        Path file = Files.writeString(config.resolve("pond/contexts.json"), "{\"current\": secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(execute(Map.of(), "context", "list")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("is no file of contexts: line 1").doesNotContain("secret");
        for (String text : List.of("null", "{}", "{\"contexts\": {\"a\": {}}}")) {
            Files.writeString(file, text);
            assertThat(execute(Map.of(), "context", "list")).as(text).isEqualTo(ExitCode.FAILED);
        }
        assertThat(err.toString()).doesNotContain("NullPointerException");
    }

    private int add(String name, TestHttp server, String token) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream((token + "\n").getBytes(StandardCharsets.UTF_8)));
        try {
            return execute(Map.of(), "context", "add", name, "--server", url(server), "--token-stdin");
        } finally {
            System.setIn(before);
        }
    }

    private static String url(TestHttp server) {
        return "http://127.0.0.1:" + server.server.port();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private int execute(Map<String, String> more, String... args) {
        Map<String, String> env = new HashMap<>(more);
        env.put("XDG_CONFIG_HOME", config.toString());
        CommandLine line =
                new CommandLine(new Root()).addSubcommand(new RunCommand()).addSubcommand(new ContextCommand());
        return CommandLines.prepare(line, env)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
