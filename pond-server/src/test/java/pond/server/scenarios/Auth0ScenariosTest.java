package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.testing.TestTenant;
import pond.testing.TestTenant.Mood;

/** Who may do what when a tenant vouches for admins, and what admins do with keys. */
class Auth0ScenariosTest {
    @TempDir
    private static Path folder;

    private static TestTenant tenant;
    private static TestPond pond;
    private static Client admin;

    @BeforeAll
    static void start() {
        tenant = new TestTenant();
        pond = pond("state", tenant);
        admin = new Client(pond.url(), tenant.token(tenant.claims(Instant.now())));
    }

    private static TestPond pond(String state, TestTenant issuer) {
        return TestPond.startWithoutWaiting(
                folder.resolve(state),
                "AUTH0_DOMAIN",
                issuer.issuer(),
                "AUTH0_AUDIENCE",
                TestTenant.AUDIENCE,
                "POND_ADMIN_AUTH0_SUBS",
                TestTenant.ADMIN,
                "POND_LOCAL_EXECUTORS",
                "");
    }

    @AfterAll
    static void stop() {
        pond.close();
        tenant.close();
    }

    @Test
    void keysAreForAdminsAndAdministrationIsForBoth() {
        Client service = pond.service();
        Client project = pond.project("garden");

        for (String path : List.of("/v1/keys", "/v1/keys?projectId=garden", "/v1/keys/nothing")) {
            assertThat(service.get(path).status()).as(path).isEqualTo(403);
            assertThat(project.get(path).status()).as(path).isEqualTo(403);
            assertThat(admin.get(path).status()).as(path).isIn(200, 404, 405);
        }
        assertThat(service.post("/v1/keys", "{\"projectId\":\"garden\"}").status())
                .isEqualTo(403);
        for (String path : List.of(
                "/v1/admin/audit", "/v1/admin/models", "/v1/admin/pool/workers", "/v1/admin/pool/enrollment-codes")) {
            assertThat(service.get(path).status()).as(path).isEqualTo(200);
            assertThat(admin.get(path).status()).as(path).isEqualTo(200);
            assertThat(project.get(path).status()).as(path).isEqualTo(403);
        }
        assertThat(service.get("/v1/runs").status()).isEqualTo(200);
    }

    @Test
    void anAdminSeesNoRuns() {
        Client.Answer unknown = new Client(pond.url(), "unknown").get("/v1/runs");
        for (String path : List.of("/v1/runs", "/v1/runs/01981234-5678-7abc-8def-0123456789ab", "/v1/nothing")) {
            Client.Answer answer = admin.get(path);
            assertThat(answer.status()).as(path).isEqualTo(403);
            assertThat(answer.body()).isEqualTo(unknown.body());
        }
        assertThat(admin.post("/v1/runs", Body.of(Body.noop("a"))).status()).isEqualTo(403);
        assertThat(admin.post("/v1/worker/attach", "{}").status()).isEqualTo(403);
    }

    /** The router and the filter must read a path alike, or one spelling would open the door to the service token. */
    @Test
    void noSpellingOfThePathMintsAKeyForTheService() {
        for (String path : List.of(
                "/v1/%6beys",
                "/v1//keys", "/v1/keys/", "/v1/keys;x", "/v1/./keys", "/v1/x/../keys", "/V1/keys", "/v1/Keys")) {
            assertThat(pond.service().post(path, "{\"projectId\":\"garden\"}").status())
                    .as(path)
                    .isIn(400, 403, 404, 405);
        }
    }

    @Test
    void everyBadTokenGetsTheOneRefusal() {
        Instant now = Instant.now();
        String good = tenant.token(tenant.claims(now));
        String unknown = new Client(pond.url(), "unknown").get("/v1/keys").body();
        for (String token : List.of(
                tenant.token(tenant.claims(now.minusSeconds(3_600))),
                tenant.token(tenant.claims(now).put("aud", "https://other.test")),
                tenant.token(tenant.claims(now).put("sub", "auth0|stranger")),
                good.substring(0, good.length() - 20),
                good.substring(0, good.lastIndexOf('.') + 1),
                "eyJhbGciOiJub25lIn0.e30.",
                "a.b.c")) {
            Client.Answer answer = new Client(pond.url(), token).get("/v1/keys");
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.body()).isEqualTo(unknown);
        }
    }

    @Test
    void aKeyIsMintedUsedShownAndRevoked() {
        Client.Answer minted = admin.post("/v1/keys", "{\"projectId\":\"orchard\",\"name\":\"ci\"}");
        assertThat(minted.status()).as(minted.body()).isEqualTo(201);
        assertThat(minted.headers().firstValue("Cache-Control")).contains("no-store");
        String plaintext = minted.json().path("key").textValue();
        String id = minted.json().path("id").textValue();
        Client holder = new Client(pond.url(), plaintext);

        assertThat(shown(id).path("lastUsedAt").isNull()).isTrue();
        assertThat(holder.get("/v1/runs").status()).isEqualTo(200);
        Awaitility.await("the last use")
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> !shown(id).path("lastUsedAt").isNull());
        JsonNode shown = shown(id);
        assertThat(shown.path("prefix").textValue()).isEqualTo(plaintext.substring(0, 14));
        assertThat(shown.path("name").textValue()).isEqualTo("ci");
        assertThat(shown.path("revokedAt").isNull()).isTrue();
        assertThat(admin.get("/v1/keys?projectId=orchard").body()).doesNotContain(plaintext.substring(14));
        assertThat(admin.get("/v1/keys?projectId=elsewhere").body()).isEqualTo("{\"keys\":[],\"next\":null}");

        assertThat(revoke(id)).isEqualTo(204);
        assertThat(revoke(id)).isEqualTo(204);
        Client.Answer refused = holder.get("/v1/runs");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body())
                .isEqualTo(new Client(pond.url(), "unknown").get("/v1/runs").body());
        assertThat(shown(id).path("revokedAt").isNull()).isFalse();
        assertThat(entries(id)).containsExactly("auth0 auth0|admin key.revoke", "auth0 auth0|admin key.mint");
    }

    @Test
    void anExpiredKeyIsRefused() {
        String expiresAt = Instant.now().plusMillis(2_500).toString();
        Client.Answer minted =
                admin.post("/v1/keys", "{\"projectId\":\"orchard\",\"expiresAt\":\"" + expiresAt + "\"}");
        assertThat(minted.status()).as(minted.body()).isEqualTo(201);
        Client holder = new Client(pond.url(), minted.json().path("key").textValue());

        Awaitility.await("its end")
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> holder.get("/v1/runs").status() == 403);
        assertThat(Instant.now()).isAfterOrEqualTo(Instant.parse(expiresAt).minusMillis(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | projectId",
                "{\"projectId\":null} | projectId",
                "{\"projectId\":\" \"} | projectId",
                "{\"projectId\":7} | projectId",
                "{\"projectId\":\"a\\u0007b\"} | projectId",
                "{\"projectId\":\"p\",\"name\":\" \"} | name",
                "{\"projectId\":\"p\",\"name\":\"a\\u0000b\"} | name",
                "{\"projectId\":\"p\",\"name\":\"\\ud800\"} | name",
                "{\"projectId\":\"p\",\"name\":[]} | name",
                "{\"projectId\":\"p\",\"expiresAt\":\"soon\"} | expiresAt",
                "{\"projectId\":\"p\",\"expiresAt\":\"2001-01-01T00:00:00Z\"} | expiresAt",
                "{\"projectId\":\"p\",\"expiresAt\":\"+12000-01-01T00:00:00Z\"} | expiresAt",
                "{\"projectId\":\"p\",\"expiresAt\":1900000000} | expiresAt",
                "{\"projectId\":\"p\",\"expires_at\":\"2030-01-01T00:00:00Z\"} | expires_at",
                "[] | body",
                "{\"expiresAt\":\"2001-01-01T00:00:00Z\",\"name\":\"\",\"key\":1} | projectId,key,name,expiresAt",
            })
    void aBodyThatIsWrongIsToldField(String body, String fields) {
        Client.Answer answer = admin.post("/v1/keys", body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(422);
        assertThat(answer.json().path("problems").findValuesAsText("field")).containsExactly(fields.split(","));
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=1001", "cursor=x", "project=p", "projectId=%07"})
    void aQueryThatIsWrongIsRefused(String query) {
        assertThat(admin.get("/v1/keys?" + query).status()).isEqualTo(422);
    }

    @Test
    void whatIsNotThereCannotBeRevoked() {
        assertThat(revoke("01981234-5678-7abc-8def-0123456789ab")).isEqualTo(404);
        assertThat(revoke("nothing")).isEqualTo(404);
        assertThat(admin.post("/v1/keys", "no json").status()).isEqualTo(400);
    }

    @Test
    void aTenantThatDoesNotAnswerIsNotTheCallersFault() {
        try (TestTenant gone = new TestTenant()) {
            gone.mood = Mood.BROKEN;
            try (TestPond other = pond("other", gone)) {
                String token = gone.token(gone.claims(Instant.now()));
                Client.Answer answer = new Client(other.url(), token).get("/v1/keys");

                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                assertThat(answer.body()).doesNotContain(gone.issuer());
                assertThat(other.service().get("/v1/admin/audit").status()).isEqualTo(200);
            }
        }
    }

    private static JsonNode shown(String id) {
        for (JsonNode key : admin.get("/v1/keys?projectId=orchard").json().path("keys")) {
            if (key.path("id").asText().equals(id)) {
                assertThat(key.has("key")).isFalse();
                return key;
            }
        }
        throw new AssertionError("no key " + id);
    }

    private static int revoke(String id) {
        return admin.send(admin.request("/v1/keys/" + id).DELETE().build()).status();
    }

    private static List<String> entries(String id) {
        List<String> found = new ArrayList<>();
        for (JsonNode entry : admin.get("/v1/admin/audit?limit=200").json().path("entries")) {
            if (entry.path("subject").asText().startsWith(id)) {
                found.add(entry.path("actor").asText() + " "
                        + entry.path("action").asText());
            }
        }
        return found;
    }
}
