package pond.common.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.json.Json;
import pond.common.problems.Fields;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;

class HarnessRulesTest {
    private final Problems problems = new Problems();

    @Test
    void theSmallestHarnessGetsItsDefaults() {
        HarnessSpec spec =
                read("{\"key\":\"mine\",\"command_template\":[\"agent\"]}").orElseThrow();

        assertThat(spec.label()).isEqualTo("mine");
        assertThat(spec.capability()).isEqualTo("harness.mine");
        assertThat(spec.output()).isEqualTo(OutputRule.TEXT);
        assertThat(spec.takesPromptAsArgument()).isFalse();
        assertThat(problems.list()).isEmpty();
    }

    @Test
    void aWholeOneComesBackFromItsOwnJson() {
        HarnessSpec spec = read("""
                {"key":"a/b","label":"B","capability":"harness.b","command_template":["b","{{PROMPT}}","{{MODEL}}"],
                 "files":[{"path":".b/key","content":"{{SECRET:TOKEN}} {{DUMMY_KEY}}"},{"path":".b/empty","content":""}],
                 "env":{"URL":"{{BROKER_URL}}/v1"},
                 "output":{"jsonl":{"match":{"type":"end","ok":true},"field":"item.text"}}}
                """).orElseThrow();

        assertThat(problems.list()).isEmpty();
        assertThat(spec.takesPromptAsArgument()).isTrue();
        assertThat(spec.secrets()).containsExactly("TOKEN");
        assertThat(spec.files().get(0).secrets()).containsExactly("TOKEN");
        assertThat(Json.read(Json.write(spec), HarnessSpec.class)).isEqualTo(spec);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "~/x",
                "~root/x",
                "a/~b",
                "../x",
                "a/../../x",
                "a/..",
                "./x",
                "a//b",
                "a/",
                "a\\b",
                "a\u0000b",
                "a\nb"
            })
    void aPathThatCouldLeaveHomeIsRefused(String path) {
        String body = Json.write(Map.of(
                "key", "k",
                "command_template", List.of("c"),
                "files", List.of(Map.of("path", path, "content", ""))));

        read(body);

        assertThat(problems.list())
                .singleElement()
                .satisfies(problem -> assertThat(problem.field()).isEqualTo("files[0].path"));
    }

    @Test
    void pathsAreShortDifferentAndNotBelowFiles() {
        read("{\"key\":\"k\",\"command_template\":[\"c\"],\"files\":["
                + "{\"path\":\"a\",\"content\":\"\"},{\"path\":\"a\",\"content\":\"\"},{\"path\":\"a/b\",\"content\":\"\"},"
                + "{\"path\":\"" + "x".repeat(600) + "\",\"content\":\"\"},{\"path\":\"c\"}]}");

        assertThat(messages())
                .anySatisfy(text -> assertThat(text).contains("'a' twice"))
                .anySatisfy(text -> assertThat(text).contains("'a/b' below another"))
                .anySatisfy(text -> assertThat(text).contains("at most 512 bytes"))
                .anySatisfy(text -> assertThat(text).contains("'content' is required"))
                .hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({
        "command_template, {{SECRET:KEY}}, must not have the placeholder",
        "command_template, {{NAME}}, has the unknown placeholder",
        "command_template, {{ MODEL }}, has the unknown placeholder",
        "command_template, {{model}}, has the unknown placeholder",
        "env, {{PROMPT}}, must not have the placeholder",
        "env, {{SECRET:KEY}}, must not have the placeholder",
        "files, {{PROMPT}}, must not have the placeholder",
        "files, {{SECRET}}, has the unknown placeholder",
        "files, {{SECRET:}}, has the unknown placeholder",
        "files, {{}}, has the unknown placeholder"
    })
    void aPlaceholderThatCannotStandThereIsAProblem(String where, String text, String message) {
        JsonNode value = switch (where) {
            case "env" -> Json.readTree("{\"A\":\"" + text + "\"}");
            case "files" -> Json.readTree("[{\"path\":\"a\",\"content\":\"" + text + "\"}]");
            default -> Json.readTree("[\"c\",\"" + text + "\"]");
        };
        String command = where.equals("command_template") ? "" : "\"command_template\":[\"c\"],";

        read("{\"key\":\"k\"," + command + "\"" + where + "\":" + value + "}");

        assertThat(messages())
                .singleElement()
                .satisfies(found -> assertThat(found).contains(message).contains(text));
    }

    @Test
    void allMistakesAreReportedAtOnce() {
        read("""
                {"key":"../k","label":"","capability":"a b","command_template":["{{MODEL}}","a\\u0000"],"typo":1,
                 "env":{"POND_X":"","HOME":"/","1":"","OK":"a\\u0000"},"output":"xml"}
                """);

        assertThat(problems.list())
                .extracting(Problem::field)
                .containsExactlyInAnyOrder(
                        "key",
                        "label",
                        "capability",
                        "command_template",
                        "command_template",
                        "env",
                        "env",
                        "env",
                        "env",
                        "output",
                        "typo");
    }

    @Test
    void sizesAreBounded() {
        String large = "x".repeat(70_000);
        String files = String.join(
                ",",
                IntStream.range(0, 16)
                        .mapToObj(i -> "{\"path\":\"f" + i + "\",\"content\":\"" + large + "\"}")
                        .toList());

        read("{\"key\":\"k\",\"command_template\":[\"c\",\"" + large + "\"],\"env\":{\"A\":\"" + large
                + "\"},\"files\":[" + files + "]}");

        assertThat(messages())
                .containsExactlyInAnyOrder(
                        "field 'command_template' has more than 64 KiB of text",
                        "field 'env' has more than 64 KiB of text",
                        "field 'files' has more than 1024 KiB of text");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "{}",
                "{\"json\":\"a\",\"jsonl\":\"b\"}",
                "{\"json\":\"a..b\"}",
                "{\"json\":{}}",
                "{\"jsonl\":{\"field\":\"a\",\"match\":{\"a b\":\"c\"}}}",
                "{\"jsonl\":{\"field\":\"a\",\"match\":{\"a\":{}}}}",
                "{\"jsonl\":{\"field\":\"a\",\"more\":1}}",
                "{\"text\":\"a\"}"
            })
    void anOutputRuleThatSaysNothingIsRefused(String output) {
        read("{\"key\":\"k\",\"command_template\":[\"c\"],\"output\":" + output + "}");

        assertThat(problems.hasErrors()).isTrue();
        assertThat(problems.list())
                .allSatisfy(problem -> assertThat(problem.field()).startsWith("output"));
    }

    @Test
    void anOutputRuleFindsTheAnswerInARecord() {
        OutputRule rule = read("{\"key\":\"k\",\"command_template\":[\"c\"],\"output\":"
                        + "{\"jsonl\":{\"match\":{\"type\":\"item\",\"item.n\":7},\"field\":\"item.text\"}}}")
                .orElseThrow()
                .output();

        JsonNode wanted = Json.readTree("{\"type\":\"item\",\"item\":{\"n\":7,\"text\":\"yes\"}}");
        assertThat(rule.matches(wanted)).isTrue();
        assertThat(rule.answer(wanted)).contains("yes");
        for (String other :
                Arrays.asList("{\"type\":\"item\"}", "{\"type\":[\"item\"],\"item\":{\"n\":7}}", "[]", "7")) {
            assertThat(rule.matches(Json.readTree(other))).as(other).isFalse();
        }
        assertThat(rule.answer(Json.readTree("{\"item\":{\"text\":1}}"))).isEmpty();
    }

    private Optional<HarnessSpec> read(String body) {
        return Fields.of(Json.readTree(body), "", problems.about(ProblemCode.REQUEST_INVALID))
                .flatMap(HarnessRules::read);
    }

    private List<String> messages() {
        return problems.list().stream().map(Problem::message).toList();
    }
}
