package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.net.http.HttpHeaders;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.json.Json;
import pond.common.problems.ProblemCode;
import pond.server.docs.ApiDocument;

/** The OpenAPI document against the server; that answers are as it says is looked at by {@link Client}, in every scenario. */
class ApiDocumentTest {
    /** Pages, and the document itself. */
    private static final Set<String> ELSEWHERE = Set.of("/docs", "/docs/{name}", "/openapi.json");

    private final JsonNode document = new ApiDocument().tree();

    @Test
    void everyCallIsInTheDocumentAndTheOtherWayRound(@TempDir Path state) {
        try (TestPond pond = TestPond.startWithoutWaiting(state)) {
            Set<String> served = pond.routes().stream()
                    .map(route -> route.replaceAll("<([a-z0-9]+)>", "{$1}"))
                    .filter(route -> !ELSEWHERE.contains(route.substring(route.indexOf(' ') + 1)))
                    // Filters are no calls, and every GET has a HEAD.
                    .filter(route -> !route.startsWith("BEFORE "))
                    .filter(route -> !route.startsWith("HEAD ") || route.contains("/artifacts/"))
                    .collect(Collectors.toCollection(TreeSet::new));

            assertThat(calls()).isEqualTo(served);
        }
    }

    private Set<String> calls() {
        return document.path("paths")
                .propertyStream()
                .flatMap(path -> path.getValue()
                        .propertyStream()
                        .map(Map.Entry::getKey)
                        .filter(method -> !method.equals("parameters"))
                        .map(method -> method.toUpperCase(Locale.ROOT) + " " + path.getKey()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void callsHaveNamesOfTheirOwnAndWhatTheyReferToIsThere() {
        List<String> names = document.path("paths").findValuesAsText("operationId");
        Set<String> tags = Set.copyOf(document.path("tags").findValuesAsText("name"));

        assertThat(names).doesNotHaveDuplicates().hasSameSizeAs(calls());
        assertThat(document.findValuesAsText("$ref"))
                .allSatisfy(reference -> assertThat(
                                document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(call -> !call.getKey().equals("parameters"))
                        .forEach(call -> {
                            assertThat(tags)
                                    .contains(call.getValue().at("/tags/0").asText());
                            assertThat(variables(path.getValue(), call.getValue()))
                                    .as(path.getKey())
                                    .isEqualTo(variables(path.getKey()));
                        }));
    }

    private static Set<String> variables(String path) {
        return Pattern.compile("\\{([a-z0-9]+)}")
                .matcher(path)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
    }

    private Set<String> variables(JsonNode path, JsonNode call) {
        return Stream.concat(
                        path.path("parameters").valueStream(),
                        call.path("parameters").valueStream())
                .map(given -> given.has("$ref")
                        ? document.at(given.path("$ref").asText().substring(1))
                        : given)
                .filter(parameter -> parameter.path("in").asText().equals("path"))
                .map(parameter -> parameter.path("name").asText())
                .collect(Collectors.toSet());
    }

    @Test
    void codesOfProblemsAreAllThere() {
        assertThat(document.at("/components/schemas/ProblemCode/enum")
                        .valueStream()
                        .map(JsonNode::asText))
                .containsExactlyElementsOf(List.of(ProblemCode.values()).stream()
                        .map(ProblemCode::toString)
                        .toList());
    }

    @Test
    void anAnswerThatTheDocumentDoesNotKnowIsNoticed() {
        Client.Answer unknown = answer(200, "{\"status\":\"ok\",\"label\":null,\"version\":\"1\",\"mood\":\"good\"}");
        Client.Answer known = answer(200, "{\"status\":\"ok\",\"label\":null,\"version\":\"1\"}");

        ApiContract.check("GET", "/health", known);
        assertThatThrownBy(() -> ApiContract.check("GET", "/health", unknown)).hasMessageContaining("mood");
        assertThatThrownBy(() -> ApiContract.check("GET", "/health", answer(201, "{}")))
                .hasMessageContaining("201");
        assertThatThrownBy(() -> ApiContract.check("GET", "/v1/fish", answer(200, "{}")))
                .hasMessageContaining("/v1/fish");
        assertThatThrownBy(() -> ApiContract.check("PATCH", "/v1/runs", answer(200, "{}")))
                .hasMessageContaining("PATCH");
    }

    private static Client.Answer answer(int status, String body) {
        Map<String, List<String>> headers = Map.of("Content-Type", List.of("application/json"));
        return new Client.Answer(status, HttpHeaders.of(headers, (name, value) -> true), body);
    }

    @Test
    void examplesAreAsTheirSchemasSay() {
        SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemas(Map.of("https://pond.invalid/examples.json", Json.write(document))));
        List<JsonNode> bodies = document.findParents("example").stream()
                .filter(parent -> parent.has("schema"))
                .toList();

        assertThat(bodies).hasSizeGreaterThanOrEqualTo(2).allSatisfy(body -> {
            SchemaLocation schema = SchemaLocation.of("https://pond.invalid/examples.json"
                    + body.at("/schema/$ref").asText());
            assertThat(schemas.getSchema(schema).validate(body.path("example"))).isEmpty();
        });
    }
}
