package pond.server.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import pond.common.json.Json;
import pond.server.auth.AuthFilter;
import pond.server.auth.Authenticator;
import pond.server.auth.TokenDigest;
import pond.server.cli.CommandLines;
import pond.server.cli.ExitCode;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.http.Answers;
import pond.server.http.Bodies;
import pond.testing.TestHttp;

class ClientCommandsTest {
    private static final String RUN = "01890a5d-ac96-774b-bcce-b302099a8057";
    private static final String ARTIFACT = "hello\n";

    private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
    private final List<String> idempotencyKeys = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger refusalsLeft = new AtomicInteger();
    private volatile String status = "done";
    private volatile String artifactName = "reports/a b.txt";
    private volatile String digest = TokenDigest.of(ARTIFACT);
    private final TestHttp http = TestHttp.start(this::routes);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Command(name = "root")
    private static final class Root {}

    private void routes(RoutesConfig routes, Answers answers) {
        new AuthFilter(new Authenticator(Optional.of("token"), sha256 -> Optional.empty())).register(routes);
        routes.post("/v1/runs", ctx -> {
            bodies.add(Bodies.json(ctx).toString());
            idempotencyKeys.add(String.valueOf(ctx.header("Idempotency-Key")));
            if (refusalsLeft.getAndDecrement() > 0) {
                throw new PondException(ErrorCode.UNAVAILABLE, "not now");
            }
            answers.json(ctx, 201, run("queued"));
        });
        routes.post("/v1/runs/preflight", ctx -> {
            throw PondException.invalid("definition.stages", "is required");
        });
        routes.get(
                "/v1/runs/{id}",
                ctx -> answers.json(ctx, 200, Map.of("run", run(status), "stages", List.of(reusedStage()))));
        routes.get("/v1/runs/{id}/logs", ctx -> {
            boolean first = "0".equals(ctx.queryParam("since"));
            Map<String, Object> line = new HashMap<>(Map.of(
                    "id", 1, "at", "2030-01-01T00:00:00.000Z", "attempt", 1, "stream", "stdout", "source", "stage"));
            line.put("stage", "build");
            line.put("line", "\u001b[31mred\u001b[0m");
            answers.json(ctx, 200, Map.of("lines", first ? List.of(line) : List.of(), "next", 1, "complete", !first));
        });
        routes.get(
                "/v1/runs/{id}/artifacts",
                ctx -> answers.json(
                        ctx,
                        200,
                        Map.of(
                                "artifacts",
                                List.of(Map.of(
                                        "name",
                                        artifactName,
                                        "size",
                                        ARTIFACT.length(),
                                        "sha256",
                                        digest,
                                        "contentType",
                                        "text/plain",
                                        "stage",
                                        "build",
                                        "createdAt",
                                        "2030-01-01T00:00:00.000Z")))));
        routes.get(
                "/v1/runs/{id}/artifacts/<name>",
                ctx -> ctx.result(
                        ctx.pathParam("name").equals("reports/a b.txt") ? ARTIFACT : "wrong " + ctx.pathParam("name")));
        routes.post("/v1/runs/{id}/rerun", ctx -> {
            bodies.add(Bodies.json(ctx).toString());
            idempotencyKeys.add(String.valueOf(ctx.header("Idempotency-Key")));
            answers.json(ctx, 201, run("queued"));
        });
        routes.get("/v1/runs/{id}/usage", ctx -> {
            throw new IllegalStateException("a fault");
        });
        routes.post("/v1/runs/{id}/cancel", ctx -> answers.json(ctx, 202, run("cancelling")));
    }

    private static Map<String, Object> run(String status) {
        return Map.of(
                "id",
                RUN,
                "projectId",
                "p",
                "status",
                status,
                "terminal",
                !status.equals("queued"),
                "version",
                1,
                "trigger",
                "api",
                "sources",
                List.of(),
                "labels",
                Map.of(),
                "createdAt",
                "2030-01-01T00:00:00.000Z",
                "rerunOf",
                Map.of("run", RUN, "from", "failed"));
    }

    private static Map<String, Object> reusedStage() {
        return Map.of(
                "key",
                "build",
                "name",
                "build",
                "kind",
                "shell",
                "status",
                "done",
                "attempt",
                1,
                "substages",
                List.of(),
                "reusedFrom",
                RUN);
    }

    @AfterEach
    void stop() {
        http.close();
    }

    @Test
    void submitWrapsADefinitionAndPrintsTheId() throws IOException {
        int exit = run(
                "run",
                "submit",
                "--file",
                definition(),
                "--project",
                "p",
                "--label",
                "team=a",
                "--source",
                "https://example.org/x.git",
                "--ref",
                "main");

        assertThat(exit).isZero();
        assertThat(out.toString()).isEqualTo(RUN + System.lineSeparator());
        assertThat(Json.readTree(bodies.get(0))).isEqualTo(Json.readTree("""
                        {"definition": {"stages": []}, "projectId": "p", "labels": {"team": "a"}, "sources": [
                          {"label": "git", "kind": "git_https", "config": {"url": "https://example.org/x.git", "ref": "main"}}]}
                        """));
    }

    @Test
    void aSubmitThatIsRepeatedCarriesTheSameKey() throws IOException {
        refusalsLeft.set(2);

        assertThat(run("run", "submit", "--file", definition())).isZero();

        assertThat(idempotencyKeys).hasSize(3).allMatch(key -> key.equals(idempotencyKeys.get(0)));
        assertThat(idempotencyKeys.get(0)).hasSize(36);
    }

    @Test
    void waitShowsTheLogOnStderrAndTellsByItsExitCodeHowTheRunEnded() throws IOException {
        assertThat(run("run", "submit", "--file", definition(), "--wait")).isZero();
        assertThat(err.toString())
                .contains("build stdout: \ufffd[31mred\ufffd[0m")
                .doesNotContain("\u001b");
        assertThat(out.toString()).contains("run " + RUN + " of project p: done");

        status = "failed";
        assertThat(run("run", "submit", "--file", definition(), "--wait")).isEqualTo(ExitCode.FAILED);
        status = "cancelled";
        assertThat(run("run", "submit", "--file", definition(), "--wait")).isEqualTo(ExitCode.CANCELLED);
    }

    @Test
    void logsShowAndCancelPrintWhatTheServerSays() {
        assertThat(run("run", "logs", RUN, "--follow", "--json")).isZero();
        assertThat(Json.readTree(out.toString()).get("line").asText()).isEqualTo("\u001b[31mred\u001b[0m");
        assertThat(run("run", "cancel", RUN)).isZero();
        assertThat(out.toString()).contains("cancelling");
    }

    @Test
    void rerunPrintsTheNewRunAndWaitsForItWhenAsked() {
        assertThat(run("run", "rerun", RUN, "--from", "failed")).isZero();
        assertThat(out.toString()).isEqualTo(RUN + System.lineSeparator());
        assertThat(run("run", "rerun", RUN, "--json")).isZero();
        assertThat(bodies).containsExactly("{\"from\":\"failed\"}", "{\"from\":\"start\"}");
        assertThat(idempotencyKeys).doesNotHaveDuplicates().allMatch(key -> key.length() == 36);

        status = "failed";
        assertThat(run("run", "rerun", RUN, "--wait")).isEqualTo(ExitCode.FAILED);
        assertThat(out.toString())
                .contains("run " + RUN + " of project p: failed", "re-run of " + RUN + " from failed")
                .contains("build ran in run " + RUN);
        assertThat(run("run", "rerun", RUN, "--from", "middle")).isEqualTo(ExitCode.USAGE);
        assertThat(run("run", "rerun")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void whatIsWrongWithABodyIsExitTwoWithItsProblems() throws IOException {
        assertThat(run("preflight", "--file", definition())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("error request_invalid at definition.stages: is required", "(HTTP 422)");
    }

    @Test
    void usageErrorsAreExitTwo() throws IOException {
        assertThat(run("run", "show", "not-an-id")).isEqualTo(ExitCode.USAGE);
        assertThat(execute(Map.of("POND_URL", url()), "run", "show", RUN)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("'not-an-id' is not the id of a run", "a token is needed");
        assertThat(execute(Map.of("POND_URL", "http://example.org", "POND_TOKEN", "t"), "run", "show", RUN))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("the token would cross the network in the clear to example.org");
        assertThat(Files.writeString(folder.resolve("bad"), "{\n\"secret\"")).exists();
        assertThat(run("run", "submit", "--file", folder.resolve("bad").toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("run", "submit", "--file", folder.resolve("none").toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("is not JSON: line 2", "there is no file " + folder.resolve("none"));
    }

    @Test
    void artifactsAreFetchedUnderTheirStageAndChecked() throws IOException {
        Path target = folder.resolve("out");

        assertThat(run("run", "artifacts", RUN, "--download", target.toString()))
                .isZero();
        assertThat(target.resolve("build/reports/a b.txt")).hasContent(ARTIFACT.strip());

        digest = TokenDigest.of("something else");
        assertThat(run(
                        "run",
                        "artifacts",
                        RUN,
                        "--download",
                        folder.resolve("out2").toString()))
                .isEqualTo(ExitCode.FAILED);
        assertThat(folder.resolve("out2/build/reports")).isEmptyDirectory();
        assertThat(err.toString()).contains("are not those that were listed");
    }

    @Test
    void whatCannotBeWrittenHereIsNotTheServersFault() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThat(run("run", "artifacts", RUN, "--download", file.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("cannot write reports/a b.txt to " + file);
        assertThat(run("run", "usage", RUN)).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err.toString()).contains("(HTTP 500)");
    }

    @Test
    void anArtifactNeverLeavesTheFolder() throws IOException {
        artifactName = "../../evil";
        assertThat(run(
                        "run",
                        "artifacts",
                        RUN,
                        "--download",
                        folder.resolve("out").toString()))
                .isEqualTo(ExitCode.UNREACHABLE);

        assertThat(err.toString()).contains("is not what this client understands");
        artifactName = "reports/a b.txt";
        Path target = Files.createDirectories(folder.resolve("linked"));
        Files.createSymbolicLink(target.resolve("build"), Files.createDirectories(folder.resolve("elsewhere")));
        assertThat(run("run", "artifacts", RUN, "--download", target.toString()))
                .isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("leads out of");
        assertThat(folder.resolve("elsewhere")).isEmptyDirectory();
    }

    private String definition() throws IOException {
        return Files.writeString(folder.resolve("definition.json"), "{\"stages\": []}", StandardCharsets.UTF_8)
                .toString();
    }

    private String url() {
        return "http://127.0.0.1:" + http.server.port();
    }

    private int run(String... args) {
        return execute(Map.of("POND_URL", url(), "POND_TOKEN", "token"), args);
    }

    private int execute(Map<String, String> env, String... args) {
        CommandLine line =
                new CommandLine(new Root()).addSubcommand(new RunCommand()).addSubcommand(new PreflightCommand());
        return CommandLines.prepare(line, env)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
