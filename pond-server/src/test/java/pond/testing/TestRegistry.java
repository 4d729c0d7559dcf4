package pond.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import pond.common.json.Json;
import pond.server.audit.AuditHandler;
import pond.server.audit.AuditLog;
import pond.server.credentials.CredentialHandler;
import pond.server.credentials.Credentials;
import pond.server.harnesses.HarnessHandler;
import pond.server.harnesses.Harnesses;
import pond.server.models.ModelHandler;
import pond.server.models.Models;
import pond.server.sealing.SourceKey;

/** The operators' registers on a real database, behind a real server. */
public final class TestRegistry implements AutoCloseable {
    public final TestClock clock = new TestClock();
    public final TestDatabase database;
    public final AuditLog audit;
    public final Credentials credentials;
    public final Harnesses harnesses;
    public final Models models;
    public final TestHttp http;

    public TestRegistry(Path folder) {
        database = new TestDatabase(folder, "pond", "0007_create_registry.sql");
        audit = new AuditLog(database.db, clock);
        harnesses = new Harnesses(database.db, audit, clock);
        models = new Models(database.db, audit, clock);
        credentials = new Credentials(database.db, new SourceKey(new byte[32]), models::listUsersOf, audit, clock);
        TestRuns tokens = new TestRuns();
        http = TestHttp.start((routes, answers) -> {
            tokens.authenticate(routes);
            new CredentialHandler(credentials, answers).register(routes);
            new HarnessHandler(harnesses, answers).register(routes);
            new ModelHandler(models, answers).register(routes);
            new AuditHandler(audit, answers).register(routes);
        });
    }

    public HttpResponse<String> post(String path, String body) {
        return send(http.request("/v1/admin/" + path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    public HttpResponse<String> get(String path) {
        return send(http.request("/v1/admin/" + path));
    }

    public HttpResponse<String> delete(String path) {
        return send(http.request("/v1/admin/" + path).DELETE());
    }

    /** The body of an answer that has this status. */
    public static JsonNode json(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return Json.readTree(answer.body());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        return http.send(request.header("Authorization", TestRuns.SERVICE).build());
    }

    @Override
    public void close() {
        http.close();
        database.close();
    }
}
