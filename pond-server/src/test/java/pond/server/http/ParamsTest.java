package pond.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.api.RunStatus;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.testing.TestHttp;

class ParamsTest {
    private static final TestHttp HTTP = TestHttp.start((routes, answers) -> {
        routes.get("/list", ctx -> {
            Params query = Params.of(ctx, "limit", "wait", "since", "status", "projectId", "cursor");
            answers.json(
                    ctx,
                    200,
                    List.of(
                            query.integer("limit", 1, 200, 50),
                            query.wait("wait").toSeconds(),
                            query.cursor("since").orElse(-1),
                            query.all("status", RunStatus.class),
                            query.parsed("projectId", ProjectId::parse, "a project")
                                    .map(ProjectId::value)
                                    .orElse("none"),
                            query.text("cursor").orElse("none")));
        });
        routes.get("/none", ctx -> answers.json(ctx, 200, Map.of("none", Params.of(ctx))));
        routes.get("/runs/{id}", ctx -> answers.json(ctx, 200, Params.path(ctx, "id", RunId::parse, "run")));
    });

    @AfterAll
    static void stop() {
        HTTP.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                          | [50,0,-1,[],\"none\",\"none\"]",
                "?limit=1&wait=50&since=0                    | [1,50,0,[],\"none\",\"none\"]",
                "?limit=200&since=9223372036854775807        | [200,0,9223372036854775807,[],\"none\",\"none\"]",
                "?status=done&status=failed                  | [50,0,-1,[\"done\",\"failed\"],\"none\",\"none\"]",
                "?projectId=a%20b%2Fc%C3%A9&cursor=x%2By     | [50,0,-1,[],\"a b/cé\",\"x+y\"]",
                "?limit=&wait=&since=&status=&projectId=&cursor | [50,0,-1,[],\"none\",\"none\"]",
            })
    void readsWhatIsGivenAndTakesEmptyForAbsent(String query, String expected) {
        assertThat(HTTP.get("/list" + query).body()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=0                   | limit     | must be a whole number from 1 to 200",
                "limit=201                 | limit     | must be a whole number from 1 to 200",
                "limit=1.5                 | limit     | must be a whole number from 1 to 200",
                "limit=99999999999999999999 | limit    | must be a whole number from 1 to 200",
                "limit=1&limit=2           | limit     | may be given once only",
                "wait=51                   | wait      | must be a whole number from 0 to 50",
                "since=-1                  | since     | must be a whole number from 0 on",
                "status=over               | status    | must be one of queued, running, cancelling, done, failed, cancelled",
                "projectId=%00             | projectId | must be a project",
                "Limit=1                   | Limit     | there is no such query parameter here; known here: limit, wait, since, status, projectId, cursor",
            })
    void refusesByName(String query, String field, String message) {
        var response = HTTP.get("/list?" + query);

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(Json.readTree(response.body()).at("/problems/0/field").asText())
                .isEqualTo(field);
        assertThat(Json.readTree(response.body()).at("/problems/0/message").asText())
                .isEqualTo(message);
        assertThat(Json.readTree(response.body()).at("/problems/0/code").asText())
                .isEqualTo("request_invalid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "..%2f", "%C3%A9", "01890a5d-ac96-774b-bcce-b302099a805", "%7Bid%7D"})
    void anIdThatIsNoneLooksLikeOneThatIsNotThere(String id) {
        assertThat(HTTP.raw("GET /runs/" + id + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .contains("there is no such run");
    }

    @Test
    void anIdIsRead() {
        String id = "01890a5d-ac96-774b-bcce-b302099a8057";

        assertThat(HTTP.get("/runs/" + id).body()).isEqualTo("\"" + id + "\"");
    }
}
