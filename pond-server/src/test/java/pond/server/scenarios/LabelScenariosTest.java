package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels that a server demands, and lists by label. */
class LabelScenariosTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client client;

    @BeforeAll
    static void start() {
        pond = TestPond.startWithoutWaiting(folder.resolve("state"), "POND_REQUIRED_RUN_LABELS", "team,cost/center");
        client = pond.service();
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @Test
    void aMissingLabelStopsASubmitAndIsNamedByThePreflight() {
        String body = Body.with("\"labels\":{\"team\":\"red\",\"other\":\"x\"}", Body.noop("a"));

        Client.Answer refused = client.post("/v1/runs", body);
        JsonNode preflight = client.post("/v1/runs/preflight", body).json();

        assertThat(refused.status()).isEqualTo(422);
        assertThat(preflight.path("ok").booleanValue()).isFalse();
        for (JsonNode problems : List.of(refused.json().path("problems"), preflight.path("problems"))) {
            assertThat(problems)
                    .filteredOn(problem -> problem.path("code").asText().equals("labels_missing"))
                    .singleElement()
                    .satisfies(problem -> {
                        assertThat(problem.path("field").asText()).isEqualTo("labels.cost/center");
                        assertThat(problem.path("severity").asText()).isEqualTo("error");
                        assertThat(problem.path("message").asText()).contains("'cost/center'");
                    });
        }
        assertThat(missing(Body.of(Body.noop("a")))).containsExactly("labels.cost/center", "labels.team");
    }

    @Test
    void anEmptyValueIsALabelToo() {
        assertThat(missing(body("garden", "\"team\":\"\",\"cost/center\":\"\"")))
                .isEmpty();
    }

    @Test
    void aListHasTheRunsThatHaveAllLabels() {
        String red = submit("lists", "\"team\":\"red\",\"cost/center\":\"1\"");
        String blue = submit("lists", "\"team\":\"blue\",\"cost/center\":\"1\",\"nightly\":\"\"");
        String both = submit("lists", "\"team\":\"red\",\"cost/center\":\"2\",\"nightly\":\"yes\"");
        String other = submit("others", "\"team\":\"red\",\"cost/center\":\"2\",\"nightly\":\"yes\"");

        assertThat(list("projectId=lists&label=team%3Dred")).containsExactly(both, red);
        assertThat(list("label=team=red&label=nightly")).containsExactly(other, both);
        assertThat(list("projectId=lists&label=nightly")).containsExactly(both, blue);
        assertThat(list("projectId=lists&label=nightly=")).containsExactly(blue);
        assertThat(list("projectId=lists&label=cost/center=1&label=team=red")).containsExactly(red);
        assertThat(list("projectId=lists&label=team=red&label=team=blue")).isEmpty();
        assertThat(list("projectId=lists&label=team=re")).isEmpty();
        assertThat(list("label=no-such-label")).isEmpty();
    }

    @Test
    void labelsGoTogetherWithStatusProjectAndCursor() {
        List<String> ended = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String run = submit("paged", "\"team\":\"page\",\"cost/center\":\"" + i % 2 + "\"");
            client.end(run);
            ended.add(0, run);
        }

        List<String> listed = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = client.get(
                            "/v1/runs?label=team=page&label=cost/center&status=done&limit=2&cursor=" + cursor)
                    .json();
            page.path("runs").forEach(run -> listed.add(run.path("id").asText()));
            cursor = page.path("next").asText("");
        } while (!cursor.isEmpty() && !cursor.equals("null"));

        assertThat(listed).isEqualTo(ended);
        assertThat(list("label=team=page&status=failed")).isEmpty();
        assertThat(list("projectId=garden&label=team=page")).isEmpty();
        Client key = pond.project("paged");
        assertThat(key.get("/v1/runs?label=team").json().path("runs")).hasSize(5);
        assertThat(pond.project("unpaged").get("/v1/runs?label=team").json().path("runs"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "label==red   | must be KEY=VALUE",
                "label=a%20b  | must be KEY=VALUE",
                "label=a&label=b&label=c&label=d&label=e&label=f&label=g&label=h&label=i | may be given 8 times at most"
            })
    void aWrongLabelIsRefused(String query, String message) {
        Client.Answer answer = client.get("/v1/runs?" + query);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().at("/problems/0/field").asText()).isEqualTo("label");
        assertThat(answer.json().at("/problems/0/message").asText()).contains(message);
    }

    private static List<String> missing(String body) {
        List<String> fields = new ArrayList<>();
        for (JsonNode problem : client.post("/v1/runs/preflight", body).json().path("problems")) {
            if (problem.path("code").asText().equals("labels_missing")) {
                fields.add(problem.path("field").asText());
            }
        }
        return fields;
    }

    private static String submit(String project, String labels) {
        return client.submit(body(project, labels));
    }

    private static String body(String project, String labels) {
        return Body.with("\"labels\":{" + labels + "}", Body.noop("a")).replace("garden", project);
    }

    private static List<String> list(String query) {
        List<String> ids = new ArrayList<>();
        client.get("/v1/runs?" + query)
                .json()
                .path("runs")
                .forEach(run -> ids.add(run.path("id").asText()));
        return ids;
    }
}
