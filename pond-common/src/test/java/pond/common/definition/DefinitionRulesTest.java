package pond.common.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.common.definition.Readings.definition;
import static pond.common.definition.Readings.problems;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.problems.Problems;

class DefinitionRulesTest {
    private static final String NOOP = "'executor': {'kind': 'noop'}";

    @Test
    void theShortestDefinitionGetsItsDefaults() {
        StageSpec stage =
                definition("{'stages': [{'key': 'x', " + NOOP + "}]}").stages().get(0);

        assertThat(stage)
                .isEqualTo(
                        new StageSpec("x", "x", null, new ExecutorSpec.Noop(1, 0), Duration.ofDays(7), RetrySpec.NONE));
        assertThat(RetrySpec.NONE.on()).containsExactly(RetryOn.FAILED, RetryOn.TIMEOUT);
        assertThat(RetrySpec.NONE.maxAttempts()).isEqualTo(1);
    }

    @Test
    void everyFieldOfAStageIsRead() {
        StageSpec stage = definition("""
                {'stages': [{'key': 'b-1_x', 'name': 'Build', 'category': 'ci', 'timeout_sec': 90,
                  'retry': {'max_attempts': 3, 'on': ['worker_lost', 'failed'], 'backoff_sec': 5},
                  'executor': {'kind': 'shell', 'argv': ['make', ''], 'env': {'A': '1'}, 'artifacts': ['out/**']}}]}""").stages().get(0);

        assertThat(stage.name()).isEqualTo("Build");
        assertThat(stage.category()).isEqualTo("ci");
        assertThat(stage.timeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(stage.retry()).isEqualTo(new RetrySpec(3, Set.of(RetryOn.FAILED, RetryOn.WORKER_LOST), 5));
        assertThat(stage.executor())
                .isEqualTo(new ExecutorSpec.Shell(
                        List.of("make", ""), java.util.Map.of("A", "1"), List.of("out/**"), null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", 'edges': null", ", 'edges': []"})
    void withoutEdgesStagesMakeAChain(String edges) {
        Definition read =
                definition("{'stages': [" + stage("a") + "," + stage("b") + "," + stage("c") + "]" + edges + "}");

        assertThat(read.edges()).containsExactly(new Edge("a", "b"), new Edge("b", "c"));
    }

    @Test
    void withAnyEdgeAStageThatNoneNamesIsARoot() {
        Definition read = definition("{'stages': [" + stage("a") + "," + stage("b") + "," + stage("c")
                + "], 'edges': [{'from': 'c', 'to': 'a'}, {'from': 'c', 'to': 'a'}]}");

        assertThat(read.edges()).containsExactly(new Edge("c", "a"));
        assertThat(StageOrder.of(read).predecessors("b")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "{} # field 'stages' must list at least one stage",
                "{\"stages\": null} # field 'stages' must list at least one stage",
                "{\"stages\": []} # field 'stages' must list at least one stage",
                "{\"stages\": \"x\"} # field 'stages' must be a list, not a string",
                "{\"stages\": {}} # field 'stages' must be a list, not an object",
            })
    void aDefinitionWithoutStagesIsRefusedOnce(String json, String message) {
        assertThat(problems(json))
                .containsExactly("definition_invalid | null | stages | " + message.replace("\"", "'"));
    }

    @Test
    void aListWithTooManyStagesIsOneProblem() {
        String stages = IntStream.rangeClosed(0, DefinitionRules.MAX_STAGES)
                .mapToObj(i -> stage("s" + i))
                .collect(Collectors.joining(","));

        assertThat(problems("{'stages': [" + stages + "], 'edges': [{'from': 's0', 'to': 's1'}]}"))
                .containsExactly(
                        "definition_invalid | null | stages | field 'stages' has 201 items; at most 200 are allowed");
    }

    @Test
    void aStageThatIsNoObjectIsNamed() {
        assertThat(problems("{'stages': [" + stage("a") + ", 7, null]}"))
                .containsExactly(
                        "definition_invalid | null | stages[1] | field 'stages[1]' must be an object, not 7",
                        "definition_invalid | null | stages[2] | field 'stages[2]' must be an object, not null");
        assertThat(problems("[]"))
                .containsExactly("definition_invalid | null | body | the body must be an object, not a list");
    }

    @Test
    void aKeyThatIsUsedTwiceIsOneProblemWithItsStage() {
        assertThat(problems("{'stages': [" + stage("a") + "," + stage("a") + "]}"))
                .containsExactly("definition_invalid | a | stages[1].key"
                        + " | stage 'a': field 'key' is used by an earlier stage too; keys must be unique");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "_fetch",
                "-a",
                "a b",
                "a/b",
                "a.b",
                "ä",
                "a\\n",
                "a123456789012345678901234567890123456789012345678901234567890123456"
            })
    void aKeyOfAnotherFormIsRefused(String key) {
        assertThat(problems("{'stages': [" + stage(key) + "]}"))
                .containsExactly("definition_invalid | null | stages[0].key | field 'key' must begin with a letter or"
                        + " digit and have at most 64 letters, digits, '_' or '-'");
    }

    @ParameterizedTest
    @CsvSource({
        "'', field 'key' is required",
        "'\"key\": \" \",', field 'key' must not be empty",
        "'\"key\": 5,', field 'key' must be a string; not 5"
    })
    void aKeyMustBeThere(String key, String message) {
        assertThat(problems("{'stages': [{" + key + NOOP + "}]}"))
                .containsExactly("definition_invalid | null | stages[0].key | " + message.replace(';', ','));
    }

    @Test
    void edgesMustNameStagesAndNotGoInACircle() {
        assertThat(edgeProblems("{'from': 'a', 'to': 'nowhere'}"))
                .containsExactly(
                        "definition_invalid | null | edges[0].to | field 'to' names no stage of this definition");
        assertThat(edgeProblems("{'from': 'A', 'to': 'b'}"))
                .containsExactly(
                        "definition_invalid | null | edges[0].from | field 'from' names no stage of this definition");
        assertThat(edgeProblems("{'to': 'b'}, 5"))
                .containsExactly(
                        "definition_invalid | null | edges[0].from | field 'from' is required",
                        "definition_invalid | null | edges[1] | field 'edges[1]' must be an object, not 5");
        assertThat(edgeProblems("{'from': 'a', 'to': 'a'}"))
                .containsExactly("definition_invalid | null | edges[0].to"
                        + " | field 'to' is the stage 'a' that the edge comes from");
        assertThat(edgeProblems("{'from': 'a', 'to': 'b'}, {'from': 'b', 'to': 'a'}"))
                .containsExactly("definition_invalid | null | edges"
                        + " | field 'edges' make a cycle: a -> b -> a; remove one of these edges");
        assertThat(edgeProblems("{'from': 'c', 'to': 'a'}, {'from': 'a', 'to': 'b'}, {'from': 'b', 'to': 'c'}"))
                .singleElement()
                .asString()
                .contains("make a cycle: a -> b -> c -> a;");
    }

    @Test
    void unknownFieldsAreNamedWithTheKnownOnesAtEveryLevel() {
        assertThat(problems("""
                {'stages': [{'key': 'a', 'retries': 2, 'retry': {'times': 1}, 'executor': {'kind': 'noop', 'tick': 2}},
                            {'key': 'b', 'executor': {'kind': 'noop'}}],
                 'edges': [{'from': 'a', 'to': 'b', 'when': 'x'}], 'edge': []}"""))
                .containsExactly(
                        "definition_invalid | a | stages[0].retry.times"
                                + " | stage 'a': unknown field 'times'; known here: backoff_sec, max_attempts, on",
                        "executor_invalid | a | stages[0].executor.tick"
                                + " | stage 'a': unknown field 'tick'; known here: interval_sec, kind, ticks",
                        "definition_invalid | a | stages[0].retries | stage 'a': unknown field 'retries';"
                                + " known here: category, executor, key, name, retry, timeout_sec",
                        "definition_invalid | null | edges[0].when" + " | unknown field 'when'; known here: from, to",
                        "definition_invalid | null | edge | unknown field 'edge'; known here: budget, edges, stages");
    }

    @Test
    void anEndlessNameOfAFieldIsCutInTheMessage() {
        assertThat(problems("{'stages': [" + stage("a") + "], '" + "x".repeat(5_000) + "': 1}"))
                .singleElement()
                .asString()
                .hasSizeLessThan(300)
                .contains("xxx...'; known here: budget, edges, stages");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "604801", "99999999999999999999"})
    void aTimeoutOutOfBoundsIsRefused(String timeout) {
        assertThat(stageProblems("'timeout_sec': " + timeout))
                .singleElement()
                .asString()
                .startsWith("definition_invalid | a | stages[0].timeout_sec"
                        + " | stage 'a': field 'timeout_sec' must be a whole number from 1 to 604800");
    }

    @ParameterizedTest
    @CsvSource({
        "1.5, 1.5",
        "1.0, 1.0",
        "'\"60\"', a string",
        "true, true",
        "[], a list",
        "{}, an object",
        "1e999, 1E+999"
    })
    void aTimeoutOfAnotherTypeIsRefused(String timeout, String found) {
        assertThat(stageProblems("'timeout_sec': " + timeout))
                .containsExactly(
                        "definition_invalid | a | stages[0].timeout_sec | stage 'a': field 'timeout_sec' must be"
                                + " a whole number from 1 to 604800, not " + found);
    }

    @Test
    void aTimeoutStandsOnTheStageOrOnItsExecutor() {
        String shell = "'executor': {'kind': 'shell', 'argv': ['true'], 'timeout_sec': 5}";

        assertThat(definition("{'stages': [{'key': 'a', " + shell + "}]}")
                        .stages()
                        .get(0)
                        .timeout())
                .isEqualTo(Duration.ofSeconds(5));
        assertThat(problems("{'stages': [{'key': 'a', 'timeout_sec': 5, " + shell + "}]}"))
                .containsExactly(
                        "definition_invalid | a | stages[0].timeout_sec | stage 'a': field 'timeout_sec' stands"
                                + " on the stage and on its executor; keep one of them");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "\"max_attempts\": 0 # max_attempts # field 'max_attempts' must be a whole number from 1 to 10",
                "\"max_attempts\": 11 # max_attempts # field 'max_attempts' must be a whole number from 1 to 10",
                "\"backoff_sec\": -1 # backoff_sec # field 'backoff_sec' must be a whole number from 0 to 3600",
                "\"backoff_sec\": 3601 # backoff_sec # field 'backoff_sec' must be a whole number from 0 to 3600",
                "\"on\": \"failed\" # on # field 'on' must be a list, not a string",
                "\"on\": [\"lost\"] # on[0] # field 'on[0]' must be one of failed, timeout, worker_lost, not 'lost'",
                "\"on\": [3] # on[0] # field 'on[0]' must be one of failed, timeout, worker_lost, not '3'",
            })
    void retryIsBounded(String retry, String field, String message) {
        assertThat(stageProblems("'retry': {" + retry + "}"))
                .containsExactly("definition_invalid | a | stages[0].retry." + field + " | stage 'a': " + message);
    }

    @Test
    void otherFieldsOfAStageHaveTypesToo() {
        assertThat(stageProblems("'name': 5, 'category': '" + "c".repeat(201) + "', 'retry': []"))
                .containsExactly(
                        "definition_invalid | a | stages[0].name | stage 'a': field 'name' must be a string, not 5",
                        "definition_invalid | a | stages[0].category"
                                + " | stage 'a': field 'category' has more than 200 characters",
                        "definition_invalid | a | stages[0].retry"
                                + " | stage 'a': field 'retry' must be an object, not a list");
    }

    @Test
    void everyProblemOfABodyIsFoundInOnePass() {
        assertThat(problems("""
                {'stages': [{'name': 'no key', 'timeout_sec': 0, 'executor': {'kind': 'shell'}},
                            {'key': 'b'},
                            {'key': 'c', 'executor': {'kind': 'docker'}},
                            {'key': 'd', 'executor': []}],
                 'edges': [{'from': 'c', 'to': 'x'}]}"""))
                .containsExactly(
                        "definition_invalid | null | stages[0].key | field 'key' is required",
                        "definition_invalid | null | stages[0].timeout_sec"
                                + " | field 'timeout_sec' must be a whole number from 1 to 604800",
                        "executor_invalid | null | stages[0].executor.argv"
                                + " | field 'argv' is required: a list of the command and its arguments",
                        "definition_invalid | b | stages[1].executor"
                                + " | stage 'b': field 'executor' is required, such as {\"kind\": \"noop\"}",
                        "executor_invalid | c | stages[2].executor.kind"
                                + " | stage 'c': field 'kind' must be one of noop, builtin, shell, swarm",
                        "executor_invalid | d | stages[3].executor"
                                + " | stage 'd': field 'executor' must be an object, not a list",
                        "definition_invalid | null | edges[0].to | field 'to' names no stage of this definition");
    }

    @Test
    void nobodyIsToldMoreThanAHundredProblems() {
        Problems problems = new Problems();
        String edges = "{'from': 'x', 'to': 'y'},".repeat(600);

        DefinitionRules.read(
                Readings.json("{'stages': [" + stage("a") + "], 'edges': [" + edges + "{'from': 'x', 'to': 'y'}]}"),
                problems);

        assertThat(problems.list()).hasSize(100);
        assertThat(problems.hasErrors()).isTrue();
    }

    private static String stage(String key) {
        return "{'key': '" + key + "', " + NOOP + "}";
    }

    private static List<String> stageProblems(String fields) {
        return problems("{'stages': [{'key': 'a', " + fields + ", " + NOOP + "}]}");
    }

    private static List<String> edgeProblems(String edges) {
        return problems(
                "{'stages': [" + stage("a") + "," + stage("b") + "," + stage("c") + "], 'edges': [" + edges + "]}");
    }
}
