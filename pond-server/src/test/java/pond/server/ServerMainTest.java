package pond.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.json.Json;
import pond.server.cli.ExitCode;
import pond.server.db.StateDir;

class ServerMainTest {
    private static final Pattern LISTENS = Pattern.compile("listens on (http://127\\.0\\.0\\.1:[0-9]+)");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void withoutACommandItServes() {
        assertThat(ServerMain.withCommand(new String[0])).containsExactly("serve");
        assertThat(ServerMain.withCommand(new String[] {"--port", "1"})).containsExactly("serve", "--port", "1");
        assertThat(ServerMain.withCommand(new String[] {"keys", "list"})).containsExactly("keys", "list");
        assertThat(ServerMain.withCommand(new String[] {"--help"})).containsExactly("--help");
    }

    @Test
    void whatStopsAStartIsOneLine() throws IOException {
        assertThat(execute(Map.of("POND_LEASE_SEC", "soon"), "serve")).isEqualTo(ExitCode.USAGE);
        assertThat(lastLine()).startsWith("pond-server: POND_LEASE_SEC takes a whole number of seconds");

        assertThat(execute(Map.of("POND_LEASE_SEC", "soon"), "doctor")).isEqualTo(ExitCode.FAILED);
        assertThat(out.toString()).startsWith("settings     no       POND_LEASE_SEC takes a whole number of seconds");

        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(execute(Map.of(), "serve", "--state-dir", state(), "--port", "" + taken.getLocalPort()))
                    .isEqualTo(ExitCode.FAILED);
            assertThat(lastLine()).startsWith("pond-server: cannot listen on 127.0.0.1 port " + taken.getLocalPort());
        }

        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(execute(Map.of(), "serve", "--state-dir", file.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(lastLine()).contains("is not a directory");

        try (StateDir other = StateDir.forServer(Path.of(state()))) {
            assertThat(other.root()).isDirectory();
            assertThat(execute(Map.of("POND_STATE_DIR", state()), "serve")).isEqualTo(ExitCode.FAILED);
            assertThat(lastLine()).contains("is in use by another server");
        }

        Files.writeString(
                Path.of(state()).resolve("pond.db"), "this was a database once, and is not any more".repeat(99));
        assertThat(execute(Map.of(), "serve", "--state-dir", state())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString().lines()).hasSize(5);
    }

    @Test
    void keysAreMintedOnceListedAndRevoked() {
        assertThat(execute(Map.of("POND_STATE_DIR", state()), "keys", "create", "--project", "p", "--name", "ci"))
                .isZero();
        String key = out.toString().strip();
        assertThat(key).matches("pond_pk_[A-Za-z0-9_-]{43}");

        JsonNode listed = json("keys", "list", "--state-dir", state(), "--json", "--project", "p");
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).has("key")).isFalse();
        String id = listed.get(0).get("id").asText();

        assertThat(json("keys", "revoke", id, "--state-dir", state(), "--json"))
                .isEqualTo(Json.readTree("{\"id\": \"" + id + "\", \"revoked\": true}"));
        assertThat(json("keys", "list", "--state-dir", state(), "--json")
                        .get(0)
                        .get("revokedAt")
                        .isNull())
                .isFalse();
        assertThat(execute(Map.of(), "keys", "list", "--state-dir", state())).isZero();
        assertThat(out.toString()).contains(id, "PREFIX", "LAST USED", key.substring(0, 14) + " ");
        assertThat(out.toString()).doesNotContain(key.substring(14));
    }

    @Test
    void keyCommandsSayWhatIsWrong() {
        assertThat(execute(Map.of(), "keys", "revoke", "01890a5d-ac96-774b-bcce-b302099a8057", "--state-dir", state()))
                .isEqualTo(ExitCode.REFUSED);
        assertThat(lastLine()).isEqualTo("pond-server: there is no such key");
        assertThat(execute(Map.of(), "keys", "create", "--state-dir", state())).isEqualTo(ExitCode.USAGE);
        assertThat(execute(
                        Map.of(),
                        "keys",
                        "create",
                        "--state-dir",
                        state(),
                        "--project",
                        "p",
                        "--expires-at",
                        "2001-01-01T00:00:00Z"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("expiresAt: must be a time that is still ahead");
    }

    @Test
    void otherCommandsStartWithoutTheHttpServer() throws Exception {
        for (String[] command :
                List.of(new String[] {"keys", "list", "--state-dir", state()}, new String[] {"run", "--help"})) {
            Process process = java("-verbose:class", command);
            String loaded = new String(process.getInputStream().readAllBytes(), UTF_8);

            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(loaded).contains("pond.server.ServerMain").doesNotContain("io.javalin", "org.eclipse.jetty");
        }
    }

    @Test
    void aServerProcessServesTakesNewKeysAtOnceAndEndsOnSigterm() throws Exception {
        Process server = java("-Xshare:auto", "serve", "--port", "0", "--state-dir", state());
        try (BufferedReader log = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8))) {
            String url = listens(log);
            assertThat(status(url + "/health", "")).isEqualTo(200);
            assertThat(status(url + "/v1/x", "nonsense")).isEqualTo(403);
            assertThat(execute(Map.of(), "keys", "create", "--state-dir", state(), "--project", "p"))
                    .isZero();
            assertThat(status(url + "/v1/x", out.toString().strip())).isEqualTo(404);

            String port = url.substring(url.lastIndexOf(':') + 1);
            assertThat(execute(Map.of("POND_PORT", port), "doctor", "--state-dir", state(), "--json"))
                    .as(out.toString())
                    .isZero();
            assertThat(out.toString()).contains(" answers on port " + port + " and is ready", "schema 00", ", sound, ");

            server.destroy();

            assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            server.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
    }

    private static Process java(String option, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=logback.xml",
                "-XX:+UseSerialGC",
                option,
                "-cp",
                System.getProperty("java.class.path"),
                ServerMain.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String listens(BufferedReader log) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            seen.append(line).append('\n');
            Matcher matcher = LISTENS.matcher(line);
            if (matcher.find()) {
                assertThat(seen.toString()).contains("setting POND_PORT: 0", "setting POND_SERVICE_TOKEN: unset");
                return matcher.group(1);
            }
        }
        throw new AssertionError("the server did not start: " + seen);
    }

    private static int status(String url, String token) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + token)
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    private String state() {
        return folder.resolve("state").toString();
    }

    private String lastLine() {
        List<String> lines = err.toString().lines().toList();
        return lines.get(lines.size() - 1);
    }

    private JsonNode json(String... args) {
        assertThat(execute(Map.of(), args)).isZero();
        return Json.readTree(out.toString());
    }

    private int execute(Map<String, String> env, String... args) {
        out.getBuffer().setLength(0);
        return ServerMain.commandLine(env, PondServer::start)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
