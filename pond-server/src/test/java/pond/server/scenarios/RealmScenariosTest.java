package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of token on every part of /v1: where it is not good, it is as good as none. */
class RealmScenariosTest {
    private static final Map<String, String> KIND_OF = Map.ofEntries(
            Map.entry("/v1/worker/enroll", "enrolment"),
            Map.entry("/v1/worker/attach", "worker"),
            Map.entry("/v1/worker/lease", "worker"),
            Map.entry("/v1/worker/complete", "worker"),
            Map.entry("/v1/worker/nothing", "worker"),
            Map.entry("/v1/admin/pool/enrollment-codes", "service"),
            Map.entry("/v1/admin/pool/workers/x/drain", "service"),
            Map.entry("/v1/admin/nothing", "service"),
            Map.entry("/v1/keys", "service"),
            Map.entry("/v1/runs", "service or project"),
            Map.entry("/v1/nothing", "service or project"));

    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Map<String, Client> callers;

    @BeforeAll
    static void start() {
        // Each refusal is to be for its token, and none for being one of many.
        pond = TestPond.startWithoutWaiting(folder, "POND_AUTH_FAILURES_PER_MIN", "0");
        callers = Map.of(
                "service",
                pond.service(),
                "project",
                pond.project("garden"),
                "worker",
                RemoteWorker.attached(pond, "far", "noop").client,
                "enrolment",
                new Client(pond.url(), RemoteWorker.code(pond, "").path("code").textValue()));
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    private static Client caller(String kind) {
        return Optional.ofNullable(callers.get(kind)).orElseThrow();
    }

    static Stream<Arguments> everyPair() {
        return KIND_OF.keySet().stream()
                .flatMap(path ->
                        Stream.of("service", "project", "worker", "enrolment").map(kind -> Arguments.of(kind, path)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void aTokenOfTheWrongKindIsRefusedLikeAnUnknownOne(String kind, String path) {
        Client.Answer answer = caller(kind).post(path, "{}");
        Client.Answer unknown = new Client(pond.url(), "unknown").post(path, "{}");

        boolean good = List.of(KIND_OF.getOrDefault(path, "").split(" or ")).contains(kind);
        assertThat(unknown.status()).isEqualTo(403);
        assertThat(answer.status() == 403).as(answer.body()).isEqualTo(!good);
        if (!good) {
            assertThat(answer.body()).isEqualTo(unknown.body());
        }
    }

    @Test
    void withoutATenantTheServiceMintsKeysAndIsRemembered() {
        Client.Answer minted = pond.service().post("/v1/keys", "{\"projectId\":\"orchard\"}");
        assertThat(minted.status()).as(minted.body()).isEqualTo(201);
        Client holder = new Client(pond.url(), minted.json().path("key").textValue());

        assertThat(holder.get("/v1/runs").status()).isEqualTo(200);
        assertThat(new Client(pond.url(), "a.signed.token").get("/v1/keys").status())
                .isEqualTo(403);
        assertThat(pond.service().get("/v1/admin/audit?limit=200").json().path("entries"))
                .anySatisfy(entry -> {
                    assertThat(entry.path("subject").asText())
                            .startsWith(minted.json().path("id").textValue());
                    assertThat(entry.path("actor").asText()).isEqualTo("service");
                    assertThat(entry.path("action").asText()).isEqualTo("key.mint");
                    assertThat(entry.path("requestId").isNull()).isFalse();
                })
                .anySatisfy(entry -> {
                    assertThat(entry.path("subject").asText()).endsWith(" of project garden");
                    assertThat(entry.path("actor").asText()).isEqualTo("command line");
                });
    }

    /** The router and the filter must read a path alike, or one spelling would open a door. */
    @Test
    void noSpellingOfAPathGetsAroundTheFilter() {
        for (String path : List.of(
                "/v1/%77orker/attach",
                "/v1/worker%2Fattach",
                "/v1//worker/attach",
                "/v1/worker;x/attach",
                "/v1/./worker/attach",
                "/v1/x/../worker/attach",
                "/V1/worker/attach",
                "/v1/worker/attach/",
                "/v1/%61dmin/pool/workers",
                "/v1/admin;x/pool/workers",
                "/v1//admin/pool/workers")) {
            String offer = RemoteWorker.offer("x", "noop");
            assertThat(caller("service").post(path, offer).status())
                    .as("service %s", path)
                    .isIn(400, 403, 404, 405);
            assertThat(caller("project").get(path).status())
                    .as("project %s", path)
                    .isIn(400, 403, 404, 405);
        }
    }

    @Test
    void withoutATokenEveryPartAsksForOne() {
        for (String path : KIND_OF.keySet()) {
            Client.Answer answer = new Client(pond.url(), "two words").post(path, "{}");
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        }
    }
}
