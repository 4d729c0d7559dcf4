package pond.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestRegistry.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.testing.TestDatabase;
import pond.testing.TestRegistry;
import pond.testing.TestRuns;

class AuditTest {
    @TempDir
    private Path folder;

    private TestRegistry registry;

    @BeforeEach
    void start() {
        registry = new TestRegistry(folder);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void saysWhoDidWhatToWhichWhenAndInWhichRequest() {
        HttpResponse<String> change = registry.post("harnesses/from-preset", "{\"preset\":\"pi-brokered\"}");

        JsonNode entry = json(200, registry.get("audit")).at("/entries/0");
        assertThat(entry.path("actor").asText()).isEqualTo("service");
        assertThat(entry.path("action").asText()).isEqualTo("harness.set");
        assertThat(entry.path("subject").asText()).isEqualTo("pi-brokered");
        assertThat(entry.path("at").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThat(change.headers().firstValue("X-Request-Id"))
                .contains(entry.path("requestId").asText());
    }

    @Test
    void aChangeThatIsRefusedLeavesNoEntry() {
        assertThat(registry.delete("models/none").statusCode()).isEqualTo(404);
        assertThat(registry.post("models", "{}").statusCode()).isEqualTo(422);

        assertThat(json(200, registry.get("audit")).path("entries")).isEmpty();
    }

    @Test
    void pagesGoFromTheNewestToTheOldest() {
        for (int i = 1; i <= 5; i++) {
            record("n" + i);
        }

        JsonNode first = json(200, registry.get("audit?limit=2"));
        JsonNode second = json(
                200, registry.get("audit?limit=2&cursor=" + first.path("next").asText()));
        JsonNode last = json(
                200, registry.get("audit?limit=2&cursor=" + second.path("next").asText()));

        assertThat(first.path("entries").findValuesAsText("subject")).containsExactly("n5", "n4");
        assertThat(second.path("entries").findValuesAsText("subject")).containsExactly("n3", "n2");
        assertThat(last.path("entries").findValuesAsText("subject")).containsExactly("n1");
        assertThat(last.path("next").isNull()).isTrue();
    }

    @Test
    void keepsTheNewestEntries() {
        record("old");
        TestDatabase.get(registry.database.db.change(
                tx -> tx.update("UPDATE sqlite_sequence SET seq = ? WHERE name = 'audit_entries'", AuditLog.KEPT)));
        record("new");

        assertThat(registry.audit.list(Long.MAX_VALUE, 10).entries())
                .extracting(AuditEntry::subject)
                .containsExactly("new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=201", "cursor=x", "since=1"})
    void aParameterThatCannotBeTakenIsRefused(String query) {
        json(422, registry.get("audit?" + query));
    }

    @Test
    void aProjectKeyAndNoTokenLearnNothing() {
        for (String path :
                List.of("audit", "credentials", "harnesses", "harness-presets", "models", "nothing", "models/x")) {
            assertThat(registry.http
                            .get("/v1/admin/" + path, "Authorization", TestRuns.MINE)
                            .statusCode())
                    .as(path)
                    .isEqualTo(403);
            assertThat(registry.http.get("/v1/admin/" + path).statusCode())
                    .as(path)
                    .isEqualTo(401);
        }
    }

    private void record(String subject) {
        TestDatabase.get(registry.database.db.change(
                tx -> registry.audit.record(tx, new Actor("somebody", null), "thing.set", subject)));
    }
}
