package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.status;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what: the service token, project keys, and neither. */
class AccessScenariosTest {
    private static final String UNKNOWN_RUN = "01981234-5678-7abc-8def-0123456789ab";

    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client service;
    private static Client garden;
    private static Client orchard;

    @BeforeAll
    static void start() throws IOException {
        Path sources = Files.createDirectories(folder.resolve("sources/app"));
        Files.writeString(sources.resolve("a.txt"), "from a folder\n");
        pond = TestPond.start(
                folder.resolve("state"),
                "POND_LOCAL_SOURCE_ROOT",
                Objects.requireNonNull(sources.getParent()).toString());
        service = pond.service();
        garden = pond.project(TestPond.PROJECT);
        orchard = pond.project("orchard");
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @Test
    void aProjectKeyNeedsNoProjectId() {
        String run = garden.submit(Body.ofKey(Body.noop("a")));

        assertThat(garden.end(run).at("/run/projectId").asText()).isEqualTo(TestPond.PROJECT);
        assertThat(garden.post("/v1/runs", Body.of(Body.noop("a"))).status()).isEqualTo(201);
    }

    @Test
    void theServiceTokenNeedsAProjectId() {
        Client.Answer answer = service.post("/v1/runs", Body.ofKey(Body.noop("a")));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().at("/problems/0/code").asText()).isEqualTo("project_required");
    }

    @Test
    void anotherProjectsRunIsNotThere() {
        String run = garden.submit(Body.ofKey(Body.noop("a")));
        garden.end(run);
        for (String path : List.of("", "/logs", "/events", "/usage", "/artifacts", "/artifacts/a", "/deliveries")) {
            Client.Answer theirs = orchard.get("/v1/runs/" + run + path);
            Client.Answer nobodys = orchard.get("/v1/runs/" + UNKNOWN_RUN + path);

            assertThat(theirs.status()).as(path).isEqualTo(404);
            assertThat(theirs.body()).isEqualTo(nobodys.body());
        }
        for (String path : List.of("/cancel", "/rerun", "/deliveries/" + UNKNOWN_RUN + "/redeliver")) {
            Client.Answer theirs = orchard.post("/v1/runs/" + run + path, "");
            Client.Answer nobodys = orchard.post("/v1/runs/" + UNKNOWN_RUN + path, "");

            assertThat(theirs.status()).as(path).isEqualTo(404);
            assertThat(theirs.body()).isEqualTo(nobodys.body());
        }
        assertThat(orchard.get("/v1/runs").body()).doesNotContain(run);
        assertThat(status(service.end(run))).isEqualTo("done");
    }

    @Test
    void anotherProjectsNameIsRefusedTheSameWayEverywhere() {
        String body = Body.of(Body.noop("a"));
        Client.Answer submit = orchard.post("/v1/runs", body);
        Client.Answer preflight = orchard.post("/v1/runs/preflight", body);
        Client.Answer list = orchard.get("/v1/runs?projectId=" + TestPond.PROJECT);
        Client.Answer unknownToken = new Client(pond.url(), "pond_pk_" + "x".repeat(43)).get("/v1/runs");

        assertThat(List.of(submit, preflight, list, unknownToken))
                .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(403))
                .extracting(Client.Answer::body)
                .containsOnly(submit.body());
    }

    @Test
    void withoutAUsableHeaderThereIsNothing() throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        for (String path : List.of("/v1/runs", "/v1/runs/" + UNKNOWN_RUN, "/v1/nothing-here")) {
            for (String header : List.of("", "Basic YTpi", "Bearer", "Bearer a b")) {
                HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(pond.url() + path));
                if (!header.isEmpty()) {
                    request.header("Authorization", header);
                }
                HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());

                assertThat(answer.statusCode()).as("'%s' on %s", header, path).isEqualTo(401);
                assertThat(answer.headers().firstValue("WWW-Authenticate"))
                        .hasValueSatisfying(value -> assertThat(value).startsWith("Bearer"));
            }
        }
    }

    @Test
    void aFolderOfTheHostIsForTheServiceTokenOnly() {
        String sources = "\"sources\":[{\"label\":\"app\",\"kind\":\"folder\",\"config\":{\"path\":\"app\"}}]";
        String body = Body.with(sources, Body.shell("read", "cat a.txt"));

        String run = service.submit(body);
        Client.Answer refused = garden.post("/v1/runs", Body.with(sources, Body.noop("a")));

        assertThat(status(service.end(run))).isEqualTo("done");
        assertThat(service.printed(run, "read")).containsExactly("from a folder");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().at("/problems/0/code").asText()).isEqualTo("source_invalid");
        assertThat(refused.json().at("/problems/0/field").asText()).isEqualTo("sources[0].kind");
    }

    @Test
    void aSandboxThatNobodyHasIsToldBeforeTheRun() {
        String image = "{\"profile\":\"trusted-code\",\"overrides\":{\"image\":\"debian:12\"}}";
        String backend =
                "{\"profile\":\"trusted-code\",\"backend\":\"gvisor\",\"overrides\":{\"image\":\"debian:12\"}}";

        Client.Answer refused = garden.post("/v1/runs", Body.ofKey(sandboxed(image)));
        Client.Answer warned = garden.post("/v1/runs/preflight", Body.ofKey(sandboxed(backend)));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().at("/problems/0/code").asText()).isEqualTo("sandbox_invalid");
        assertThat(refused.json().at("/problems/0/field").asText())
                .isEqualTo("stages[0].executor.sandbox.overrides.image");
        assertThat(warned.json().findValuesAsText("code")).containsExactly("no_capable_worker");
        assertThat(warned.body()).contains("sandbox.gvisor");
    }

    private static String sandboxed(String block) {
        return Body.stage("run", "{\"kind\":\"shell\",\"argv\":[\"true\"],\"sandbox\":" + block + "}");
    }

    @Test
    void aPlainSubprocessIsForTheServiceTokenOnly() {
        for (String sandbox : List.of("", ",\"sandbox\":{\"profile\":\"none\"}")) {
            String shell = Body.stage("run", "{\"kind\":\"shell\",\"argv\":[\"true\"]" + sandbox + "}");

            Client.Answer refused = garden.post("/v1/runs", Body.ofKey(shell));
            Client.Answer preflight = garden.post("/v1/runs/preflight", Body.ofKey(shell));

            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.json().at("/problems/0/code").asText()).isEqualTo("sandbox_required");
            assertThat(refused.json().at("/problems/0/stage").asText()).isEqualTo("run");
            assertThat(preflight.json().path("ok").booleanValue()).isFalse();
            assertThat(preflight.json().path("problems"))
                    .isEqualTo(refused.json().path("problems"));
        }
    }

    @Test
    void aPlainSubprocessIsWarnedAbout() {
        String run = service.submit(Body.of(Body.shell("run", "true")));

        assertThat(status(service.end(run))).isEqualTo("done");
        assertThat(service.log(run)).anySatisfy(line -> {
            assertThat(line.path("source").asText()).isEqualTo("preflight");
            assertThat(line.path("stage").asText()).isEqualTo("run");
            assertThat(line.path("line").asText()).startsWith("unconfined_sandbox: stage 'run': ");
        });
        assertThat(Client.stage(service.end(run), "run")
                        .at("/sandbox/effective")
                        .asText())
                .isEqualTo("plain");
    }
}
