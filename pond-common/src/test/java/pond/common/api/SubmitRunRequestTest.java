package pond.common.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.Edge;
import pond.common.ids.ProjectId;
import pond.common.json.Json;
import pond.common.problems.Problems;

class SubmitRunRequestTest {
    private static final String DEFINITION = "'definition': {'stages': [{'key': 'a', 'executor': {'kind': 'noop'}}]}";
    private static final String GIT =
            "{'label': 'app', 'kind': 'git_https', 'config': {'url': 'https://git.example.com/a'}}";
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @Test
    void theShortestBodyGetsItsDefaults() {
        SubmitRunRequest request = accepted("{" + DEFINITION + "}");

        assertThat(request.projectId()).isNull();
        assertThat(request.trigger()).isEqualTo("api");
        assertThat(request.sources()).isEmpty();
        assertThat(request.sha()).isNull();
        assertThat(request.context()).isNull();
        assertThat(request.labels()).isEmpty();
    }

    @Test
    void everyFieldIsRead() {
        SubmitRunRequest request = accepted("{'projectId': 'acme/web', 'trigger': 'push:main', " + DEFINITION
                + ", 'sources': [" + GIT + "], 'sha': '" + COMMIT + "', 'context': {'n': 1.50, 'big': 1e400},"
                + " 'labels': {'z.team/x': 'core', 'a': ''}}");

        assertThat(request.projectId()).isEqualTo(new ProjectId("acme/web"));
        assertThat(request.trigger()).isEqualTo("push:main");
        assertThat(request.sources()).singleElement().hasFieldOrPropertyWithValue("label", "app");
        assertThat(request.sha()).isEqualTo(COMMIT);
        assertThat(request.context()).hasToString("{\"n\":1.50,\"big\":1E+400}");
        assertThat(request.labels()).containsExactly(Map.entry("z.team/x", "core"), Map.entry("a", ""));
        assertThat(request.definitionJson())
                .hasToString(DEFINITION.substring(14).replace('\'', '"').replace(" ", ""));
    }

    @Test
    void nullCountsAsAbsent() {
        SubmitRunRequest request = accepted("{'projectId': null, 'trigger': null, " + DEFINITION
                + ", 'sources': null, 'sha': null, 'context': null, 'labels': null}");

        assertThat(request.context()).isNull();
        assertThat(request.trigger()).isEqualTo("api");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "5", "null", "'x'"})
    void aBodyIsAnObject(String body) {
        assertThat(problems(body))
                .singleElement()
                .asString()
                .startsWith("request_invalid body: the body must be an object");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "{} # definition_invalid definition: field 'definition' is required",
                "{\"definition\": null} # definition_invalid definition: field 'definition' is required",
                "{\"definition\": []} # definition_invalid definition: field 'definition' must be an object",
                "{\"definition\": {}} # definition_invalid stages: field 'stages' must list at least one stage",
            })
    void aDefinitionMustBeThere(String body, String problem) {
        assertThat(problems(body)).containsExactly(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "\"projectId\": \"\" # projectId: field 'projectId' must have 1 to 128 printable characters",
                "\"projectId\": 5 # projectId: field 'projectId' must be a string, not 5",
                "\"trigger\": \"a b\" # trigger: field 'trigger' must be a word of at most 64 letters, digits and '.', '_', ':', '/', '-'",
                "\"trigger\": \"\" # trigger: field 'trigger' must be a word of at most 64 letters, digits and '.', '_', ':', '/', '-'",
                "\"sha\": \"abc123\" # sha: field 'sha' must be a full commit id of 40 lower-case hex digits",
                "\"sha\": \"0123456789ABCDEF0123456789abcdef01234567\" # sha: field 'sha' must be a full commit id of 40 lower-case hex digits",
                "\"sha\": \"0123456789abcdef0123456789abcdef01234567\" # sha: field 'sha' pins the first git source, and there is none",
                "\"labels\": [] # labels: field 'labels' must be an object, not a list",
                "\"labels\": {\"a\": 1} # labels.a: field 'labels.a' must be a string, not 1",
                "\"labels\": {\"a b\": \"\"} # labels: field 'labels' has a key that is not 1 to 63 letters, digits, '.', '_', '/' or '-'",
                "\"projectid\": \"x\" # projectid: unknown field 'projectid'; known here: callback, context, definition, labels, projectId, sha, sources, trigger",
            })
    void otherFieldsSayWhatIsWrong(String field, String problem) {
        assertThat(problems("{" + DEFINITION + ", " + field + "}")).containsExactly("request_invalid " + problem);
    }

    @Test
    void labelsAreBounded() {
        String many = IntStream.range(0, 65).mapToObj(i -> "'l" + i + "': ''").collect(Collectors.joining(","));

        assertThat(problems("{" + DEFINITION + ", 'labels': {" + many + "}}"))
                .containsExactly("request_invalid labels: field 'labels' has 65 entries; at most 64 are allowed");
        assertThat(problems("{" + DEFINITION + ", 'labels': {'a': '" + "v".repeat(257) + "'}}"))
                .containsExactly(
                        "request_invalid labels: field 'labels' has a value of more than 256 characters for 'a'");
    }

    @Test
    void aCallbackIsReadAndDoesNotShowItsSecret() {
        SubmitRunRequest request = accepted("{" + DEFINITION
                + ", 'callback': {'url': 'https://ci.example.com/hook?t=1', 'secret': '0123456789abcdef'}}");

        assertThat(request.callback()).isEqualTo(new Callback("https://ci.example.com/hook?t=1", "0123456789abcdef"));
        assertThat(request.toString())
                .contains("Callback[url=https://ci.example.com/hook?***]")
                .doesNotContain("0123456789abcdef");
        assertThat(accepted("{" + DEFINITION + ", 'callback': null}").callback())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "\"x\" # callback: field 'callback' must be an object, not a string",
                "{\"url\": \"https://h/\"} # callback.secret: field 'secret' is required",
                "{\"secret\": \"0123456789abcdef\"} # callback.url: field 'url' is required",
                "{\"url\": \"/hook\", \"secret\": \"0123456789abcdef\"} # callback.url: field 'url' must be an absolute https or http address",
                "{\"url\": \"ftp://h/\", \"secret\": \"0123456789abcdef\"} # callback.url: field 'url' must be an absolute https or http address",
                "{\"url\": \"https:///x\", \"secret\": \"0123456789abcdef\"} # callback.url: field 'url' must be an absolute https or http address",
                "{\"url\": \"https://a:b@h/\", \"secret\": \"0123456789abcdef\"} # callback.url: field 'url' must not hold a user name or password; the secret proves who has sent it",
                "{\"url\": \"https://h/\", \"secret\": \"0123456789abcde\"} # callback.secret: field 'secret' must have 16 to 256 visible ASCII characters",
                "{\"url\": \"https://h/\", \"secret\": \"0123456789 abcdef\"} # callback.secret: field 'secret' must have 16 to 256 visible ASCII characters",
                "{\"url\": \"https://h/\", \"secret\": \"0123456789abcdef\", \"events\": []} # callback.events: unknown field 'events'; known here: secret, url",
            })
    void aCallbackSaysWhatIsWrong(String callback, String problem) {
        assertThat(problems("{" + DEFINITION + ", \"callback\": " + callback + "}"))
                .containsExactly("callback_invalid " + problem);
    }

    @Test
    void aCallbackIsBounded() {
        String url = "https://h/" + "x".repeat(2038);

        assertThat(accepted("{" + DEFINITION + ", 'callback': {'url': '" + url + "', 'secret': '" + "s".repeat(256)
                                + "'}}")
                        .callback())
                .isNotNull();
        assertThat(problems("{" + DEFINITION + ", 'callback': {'url': '" + url + "x', 'secret': '" + "s".repeat(257)
                        + "'}}"))
                .containsExactly(
                        "callback_invalid callback.url: field 'url' has more than 2048 characters",
                        "callback_invalid callback.secret: field 'secret' must have 16 to 256 visible ASCII characters");
        assertThat(problems("{" + DEFINITION + ", 'callback': {'url': 'https://h/#a', 'secret': '0123456789abcdef'}}"))
                .containsExactly("callback_invalid callback.url: field 'url' must not have a fragment");
    }

    @Test
    void contextIsBoundedInBytes() {
        assertThat(problems("{" + DEFINITION + ", 'context': '" + "x".repeat(65_534) + "'}"))
                .isEmpty();
        assertThat(problems("{" + DEFINITION + ", 'context': '" + "x".repeat(65_535) + "'}"))
                .containsExactly("request_invalid context: field 'context' is larger than 64 KiB of JSON");
        assertThat(problems("{" + DEFINITION + ", 'context': '" + "ä".repeat(32_768) + "'}"))
                .hasSize(1);
    }

    @Test
    void aShaWithAGitSourceThatIsWrongIsOneProblem() {
        assertThat(problems("{" + DEFINITION + ", 'sha': '" + COMMIT + "', 'sources': ["
                        + GIT.replace("https://git", "ssh://git") + "]}"))
                .containsExactly("source_invalid sources[0].config.url: field 'url' must begin with https://");
    }

    @Test
    void problemsOfEveryPartComeInOneAnswer() {
        assertThat(problems("{'definition': {'stages': [{'key': 'a', 'executor': {'kind': 'shell'}}]},"
                        + " 'sources': [5], 'sha': 'x', 'when': 1}"))
                .containsExactly(
                        "executor_invalid stages[0].executor.argv:"
                                + " stage 'a': field 'argv' is required: a list of the command and its arguments",
                        "source_invalid sources[0]: field 'sources[0]' must be an object, not 5",
                        "request_invalid sha:" + " field 'sha' must be a full commit id of 40 lower-case hex digits",
                        "request_invalid when: unknown field 'when';"
                                + " known here: callback, context, definition, labels, projectId, sha, sources, trigger");
    }

    @Test
    void theDefinitionIsKeptAsWrittenAndReadInFull() {
        SubmitRunRequest request = accepted("{'definition': {'stages': [{'key': 'a', 'executor': {'kind': 'noop'}},"
                + " {'key': 'b', 'executor': {'kind': 'noop'}}]}}");

        assertThat(request.definition().edges()).containsExactly(new Edge("a", "b"));
        assertThat(request.definitionJson().has("edges")).isFalse();
    }

    private static SubmitRunRequest accepted(String singleQuoted) {
        Problems problems = new Problems();
        return SubmitRunRequest.read(json(singleQuoted), problems)
                .orElseThrow(() -> new AssertionError(problems.list()));
    }

    private static List<String> problems(String singleQuoted) {
        Problems problems = new Problems();
        assertThat(SubmitRunRequest.read(json(singleQuoted), problems).isEmpty())
                .isEqualTo(problems.hasErrors());
        return problems.list().stream()
                .map(problem -> problem.code() + " " + problem.field() + ": " + problem.message())
                .toList();
    }

    private static JsonNode json(String singleQuoted) {
        try {
            return Json.strict().readTree(singleQuoted.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
