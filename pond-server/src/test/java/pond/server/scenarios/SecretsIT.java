package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pond.common.json.Json;

/**
 * Every secret that pond holds, one of each kind, and every place where one could show: answers, the logs of server and
 * worker, command lines, what stages see, and files of the state folder. The packed jars.
 */
@Timeout(180)
class SecretsIT {
    private static final Map<String, String> SETTINGS = Map.of(
            "POND_LOG_LEVEL", "debug",
            "POND_LOCAL_CONCURRENCY", "1",
            "POND_SOURCE_ALLOWED_HOSTS", "127.0.0.1",
            "POND_WEBHOOK_ALLOWED_HOSTS", "127.0.0.1");
    private static final String SOURCE_TOKEN = "a-source-token-for-nobodys-eyes-11";
    private static final String CALLBACK_SECRET = "a-callback-secret-for-nobodys-eyes-22";
    private static final String PROVIDER_KEY = "a-provider-key-for-nobodys-eyes-33";

    @TempDir
    private Path folder;

    /** What must show nowhere, by what it is. */
    private final Map<String, String> secrets = new LinkedHashMap<>();

    private final List<String> answers = new ArrayList<>();

    @Test
    void noSecretShowsAnywhere() throws Exception {
        Path state = folder.resolve("server");
        try (ServerProcess server = ServerProcess.serve(folder, state, SETTINGS)) {
            Client admin = server.client();
            String code = WorkerProcess.code(admin);
            String key = admin.post("/v1/keys", "{\"projectId\":\"garden\"}")
                    .json()
                    .path("key")
                    .asText();
            try (WorkerProcess worker = WorkerProcess.enrolWith(
                    folder, server.url(), code, "far", "--executors", "shell", "--concurrency", "1")) {
                worker.untilAttached();
                secrets.put("service token", TestPond.SERVICE_TOKEN);
                secrets.put("project key", key);
                secrets.put("enrolment code", code);
                secrets.put("token of a source", SOURCE_TOKEN);
                secrets.put("secret of a callback", CALLBACK_SECRET);
                secrets.put("key of a provider", PROVIDER_KEY);
                secrets.put(
                        "source key",
                        Files.readString(state.resolve("source.key")).strip());
                secrets.put("bearer of the worker", bearer(folder.resolve("far/state/identity.json")));
                assertThat(secrets.values()).doesNotHaveDuplicates().allMatch(secret -> secret.length() > 30);

                register(admin);
                List<String> seen = seenByStages(admin);
                String failed = fetch(new Client(server.url(), key));
                ask(admin, failed);
                answers.add(new Client(server.url(), key + "x").get("/v1/runs").body());

                assertNowhere("answers", answers);
                assertNowhere("stages", seen);
                assertNowhere("the worker's log", List.of(worker.output()));
            }
            assertThat(server.output()).contains("/v1/runs/");
            assertNowhere("the server's log", List.of(server.output()));
        }
        // Which has a file of its own there.
        secrets.remove("source key");
        assertNowhere("files", files(state));
    }

    private void register(Client admin) {
        String credential = Json.write(
                Map.of("name", "acme", "provider", "openai", "secrets", Map.of("OPENAI_API_KEY", PROVIDER_KEY)));
        Client.Answer made = admin.post("/v1/admin/credentials", credential);
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        answers.add(made.body());
        answers.add(admin.post("/v1/admin/credentials", credential + "x").body());
    }

    /** Two stages that run at the same time, and so one inside the server and one on the worker: all that they can print. */
    private List<String> seenByStages(Client admin) throws IOException {
        String run = admin.submit("{\"projectId\":\"garden\",\"definition\":{\"stages\":[%s,%s],\"edges\":[%s]}}"
                .formatted(
                        Body.shell("a", look("a", "b")),
                        Body.shell("b", look("b", "a")) + "," + Body.noop("after"),
                        "{\"from\":\"a\",\"to\":\"after\"}"));
        admin.untilStage(run, "a", "running");
        admin.untilStage(run, "b", "running");
        assertNowhere("command lines", Processes.commandLines());
        JsonNode details = admin.end(run);
        assertThat(status(details)).as(details.toString()).isEqualTo("done");
        assertThat(List.of(
                        Client.stage(details, "a").path("worker").asText(),
                        Client.stage(details, "b").path("worker").asText()))
                .containsExactlyInAnyOrder("local", "far");
        List<String> seen = new ArrayList<>();
        for (String stage : List.of("a", "b")) {
            List<String> printed = admin.printed(run, stage);
            assertThat(printed).contains("POND_STAGE=" + stage);
            seen.addAll(printed);
        }
        return seen;
    }

    private String look(String mine, String others) {
        return "touch '%1$s/%2$s'; until [ -e '%1$s/%3$s' ]; do sleep 0.05; done; env; tr '\\0' '\\n' < /proc/self/environ; sleep 1"
                .formatted(folder, mine, others);
    }

    /** A run that cannot be fetched, so that its source's address and what became of it are told in many places. */
    private String fetch(Client project) {
        String source =
                "\"sources\":[{\"label\":\"app\",\"kind\":\"git_https\",\"config\":{\"url\":\"http://127.0.0.1:9/app.git\",\"token\":\"%s\"}}]"
                        .formatted(SOURCE_TOKEN);
        String callback =
                "\"callback\":{\"url\":\"http://127.0.0.1:9/hook\",\"secret\":\"%s\"}".formatted(CALLBACK_SECRET);
        Client.Answer submitted = project.post("/v1/runs", Body.with(source + "," + callback, Body.noop("a")));
        assertThat(submitted.status()).as(submitted.body()).isEqualTo(201);
        answers.add(submitted.body());
        answers.add(project.post("/v1/runs/preflight", Body.with(source + "," + callback, Body.noop("a")))
                .body());
        answers.add(project.post("/v1/runs", Body.with(source + "," + callback, Body.noop("a"), Body.noop("a")))
                .body());
        String run = submitted.json().path("id").asText();
        assertThat(status(project.end(run))).isEqualTo("failed");
        answers.add(project.post("/v1/runs/" + run + "/rerun", "{}").body());
        return run;
    }

    private void ask(Client admin, String run) {
        for (String path : List.of(
                "/v1/runs",
                "/v1/runs/" + run,
                "/v1/runs/" + run + "/logs",
                "/v1/runs/" + run + "/usage",
                "/v1/runs/" + run + "/artifacts",
                "/v1/runs/" + run + "/deliveries",
                "/v1/runs/" + run + "/events",
                "/v1/usage",
                "/v1/keys",
                "/v1/admin/credentials",
                "/v1/admin/credentials/acme",
                "/v1/admin/harnesses",
                "/v1/admin/models",
                "/v1/admin/pool/enrollment-codes",
                "/v1/admin/pool/workers",
                "/v1/admin/retention",
                "/v1/admin/maintenance",
                "/v1/admin/audit",
                "/health",
                "/health/ready",
                "/metrics")) {
            Client.Answer answer = admin.get(path);
            assertThat(answer.status()).as(path).isEqualTo(200);
            answers.add(answer.body());
        }
    }

    private void assertNowhere(String where, List<String> texts) {
        assertThat(texts).as(where).isNotEmpty();
        secrets.forEach((what, secret) ->
                assertThat(texts).as("the %s, in %s", what, where).noneMatch(text -> text.contains(secret)));
    }

    private static String bearer(Path identity) throws IOException {
        return Json.readTree(Files.readString(identity)).path("bearer").asText();
    }

    private static List<String> files(Path state) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(state)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                found.add(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return found;
    }
}
