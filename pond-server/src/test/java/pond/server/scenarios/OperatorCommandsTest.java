package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import pond.common.json.Json;
import pond.common.protocol.WorkerHttp;
import pond.server.cli.CommandLines;
import pond.server.cli.ContextCommand;
import pond.server.cli.admin.EnrollCodeCommand;
import pond.server.cli.admin.WorkerCommand;
import pond.server.cli.keys.Keys;
import pond.server.cli.keys.KeysCommand;

/** What operators do from a terminal: workers, enrolment codes, and keys over HTTP. */
class OperatorCommandsTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Command(name = "root")
    private static final class Root {}

    /** Says which folder was meant. */
    private static final class OpenedHere extends RuntimeException {
        OpenedHere(Path stateDir) {
            super("opened " + stateDir);
        }
    }

    @BeforeAll
    static void start() {
        pond = TestPond.startWithoutWaiting(folder.resolve("state"), "POND_LOCAL_EXECUTORS", "");
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @Test
    void workersAreListedShownDrainedAndRevoked() throws Exception {
        RemoteWorker worker = RemoteWorker.attached(pond, "far", "noop");
        String run = pond.service().submit(Body.of(Body.noop("a")));
        JsonNode job = worker.leaseOne();

        assertThat(json("worker", "list")
                        .valueStream()
                        .map(one -> one.path("name").asText()))
                .containsExactly("far", "fetch");
        assertThat(execute("worker", "list")).isZero();
        assertThat(out.toString()).containsPattern(worker.id + " +far +attached +1 +2 +noop +own pool:trusted +");
        assertThat(execute("worker", "show", "far")).isZero();
        assertThat(out.toString()).contains("worker " + worker.id + " far: attached", "SHA256:", run + "  a ");
        assertThat(execute("worker", "show", "nobody")).isEqualTo(6);
        assertThat(execute("worker", "drain", "fetch")).as("the server's own").isEqualTo(6);
        assertThat(execute("worker", "drain", "far", "--timeout", "1")).isEqualTo(2);
        assertThat(execute("worker", "drain", worker.id, "--wait", "--timeout", "0"))
                .isEqualTo(5);
        assertThat(out.toString()).contains("draining, 1 running");

        CompletableFuture<Integer> drained =
                CompletableFuture.supplyAsync(() -> execute("worker", "drain", "far", "--wait"));
        assertThat(worker.complete(job, 0, "").status()).isEqualTo(204);
        assertThat(drained.get(20, TimeUnit.SECONDS)).isZero();
        assertThat(out.toString()).endsWith("draining, 0 running" + System.lineSeparator());

        worker.post(WorkerHttp.DETACH, "");
        assertThat(json("worker", "revoke", "far").path("id").asText()).isEqualTo(worker.id);
        assertThat(execute("worker", "revoke", worker.id)).isEqualTo(6);
    }

    @Test
    void anEnrolmentCodeIsPrintedOrWrittenToAFileOfOnesOwn() throws IOException {
        assertThat(execute("enroll-code", "--tag", "gpu", "--pool", "lab", "--ttl", "600", "--max-uses", "2"))
                .isZero();
        assertThat(out.toString().strip()).matches("pond_ec_[A-Za-z0-9_-]{43}");
        JsonNode code = json("enroll-code", "--tag", "gpu", "--pool", "lab");
        assertThat(code.path("tags")).isEqualTo(Json.readTree("[\"gpu\", \"pool:lab\"]"));

        Path file = folder.resolve("code");
        JsonNode shown = json("enroll-code", "--out", file.toString());
        assertThat(shown.has("code")).isFalse();
        assertThat(Files.readString(file)).matches("pond_ec_[A-Za-z0-9_-]{43}\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(out.toString()).doesNotContain("pond_ec_");

        int before = codes();
        assertThat(execute("enroll-code", "--out", file.toString())).isEqualTo(1);
        assertThat(execute("enroll-code", "--out", folder.resolve("none/code").toString()))
                .isEqualTo(1);
        assertThat(execute(
                        "enroll-code",
                        "--ttl",
                        "1",
                        "--out",
                        folder.resolve("new").toString()))
                .isEqualTo(2);
        assertThat(folder.resolve("new")).doesNotExist();
        assertThat(codes()).isEqualTo(before);
    }

    private static int codes() {
        return pond.service()
                .get("/v1/admin/pool/enrollment-codes")
                .json()
                .path("codes")
                .size();
    }

    @Test
    void keysAreMintedListedAndRevokedOverHttp() {
        assertThat(execute("keys", "create", "--project", "p", "--name", "ci")).isZero();
        String key = out.toString().strip();
        assertThat(new Client(pond.url(), key).get("/v1/runs").status()).isEqualTo(200);

        JsonNode listed = json("keys", "list", "--project", "p");
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).path("name").asText()).isEqualTo("ci");
        assertThat(key).startsWith(listed.get(0).path("prefix").asText());
        assertThat(json("keys", "revoke", listed.get(0).path("id").asText())
                        .path("revoked")
                        .booleanValue())
                .isTrue();
        assertThat(new Client(pond.url(), key).get("/v1/runs").status()).isEqualTo(403);
        assertThat(execute("keys", "create", "--project", "p", "--expires-at", "2001-01-01T00:00:00Z"))
                .isEqualTo(2);
        assertThat(execute("keys", "revoke", "01890a5d-ac96-774b-bcce-b302099a8057"))
                .isEqualTo(6);
        assertThat(execute("keys", "create", "--project", "p", "--server", "http://127.0.0.1:1"))
                .as("nobody listens")
                .isEqualTo(4);
    }

    @Test
    void keysAreWhereTheCommandLineThenTheEnvironmentThenTheContextSays() throws IOException {
        String server = pond.url().toString();
        String home = Files.createDirectories(folder.resolve("home")).toString();
        Map<String, String> token = Map.of("POND_TOKEN", TestPond.SERVICE_TOKEN);

        assertThat(opened(token)).isEqualTo(".pond-state");
        assertThat(opened(Map.of("POND_STATE_DIR", "/a"))).isEqualTo("/a");
        assertThat(opened(with(token, "POND_STATE_DIR", "/a", "POND_URL", server)))
                .isEqualTo("server");
        assertThat(opened(with(token, "POND_STATE_DIR", "/a"), "--server", server))
                .isEqualTo("server");
        assertThat(opened(with(token, "POND_URL", server), "--state-dir", "/b")).isEqualTo("/b");
        assertThat(execute(token, "keys", "list", "--state-dir", "/b", "--server", server))
                .isEqualTo(2);

        Map<String, String> context = with(token, "HOME", home);
        assertThat(execute(context, "context", "add", "one", "--server", server))
                .isZero();
        assertThat(opened(context)).isEqualTo("server");
        assertThat(opened(with(context, "POND_STATE_DIR", "/a"))).isEqualTo("/a");
        assertThat(opened(context, "--state-dir", "/b")).isEqualTo("/b");
    }

    /** The folder that {@code keys list} opens, or "server". */
    private String opened(Map<String, String> env, String... more) {
        err.getBuffer().setLength(0);
        String[] args = Stream.concat(List.of("keys", "list").stream(), List.of(more).stream())
                .toArray(String[]::new);
        if (execute(env, args) == 0) {
            return "server";
        }
        return err.toString().strip().replaceFirst(".*opened ", "");
    }

    private static Map<String, String> with(Map<String, String> env, String... more) {
        Map<String, String> all = new HashMap<>(env);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    private JsonNode json(String... args) {
        out.getBuffer().setLength(0);
        String[] withJson = Stream.concat(List.of(args).stream(), List.of("--json").stream())
                .toArray(String[]::new);
        assertThat(execute(withJson)).as(err.toString()).isZero();
        return Json.readTree(out.toString());
    }

    private int execute(String... args) {
        return execute(Map.of("POND_URL", pond.url().toString(), "POND_TOKEN", TestPond.SERVICE_TOKEN), args);
    }

    private int execute(Map<String, String> env, String... args) {
        Keys.Opener opener = stateDir -> {
            throw new OpenedHere(stateDir);
        };
        CommandLine line = new CommandLine(new Root())
                .addSubcommand(new WorkerCommand())
                .addSubcommand(new EnrollCodeCommand())
                .addSubcommand(new ContextCommand())
                .addSubcommand(new KeysCommand(opener));
        return CommandLines.prepare(line, env)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
