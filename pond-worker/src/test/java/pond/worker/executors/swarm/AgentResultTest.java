package pond.worker.executors.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import pond.common.definition.ExecutorSpec.Swarm.Parse;
import pond.common.definition.ParseShape;
import pond.common.json.Json;
import pond.common.swarm.OutputRule;
import pond.common.swarm.OutputRule.Format;

class AgentResultTest {
    private static final OutputRule JSON = new OutputRule(Format.JSON, Map.of(), "result");
    private static final OutputRule EVENTS = new OutputRule(Format.JSONL, Map.of("item.type", "message"), "item.text");

    static Stream<Arguments> good() {
        return Stream.of(
                Arguments.of(OutputRule.TEXT, ParseShape.JSONL, block("{\"a\": 1}\n\n [2]\n"), "{\"a\":1}\n[2]\n"),
                Arguments.of(OutputRule.TEXT, ParseShape.JSONL, block(""), ""),
                Arguments.of(OutputRule.TEXT, ParseShape.JSON, block("{\n \"a\": 1.50\n}\n"), "{\"a\":1.50}\n"),
                Arguments.of(JSON, ParseShape.JSON, "{\"result\": " + quoted(block("7\n")) + "}", "7\n"),
                Arguments.of(
                        new OutputRule(Format.JSON, Map.of("type", "result"), "result"),
                        ParseShape.JSON,
                        "[{\"type\":\"result\",\"result\":\"old\"},{\"type\":\"result\",\"result\":"
                                + quoted(block("8\n")) + "},{\"type\":\"x\",\"result\":\"no\"}]",
                        "8\n"),
                Arguments.of(
                        EVENTS,
                        ParseShape.JSON,
                        event("message", "first") + "a warning\n" + event("message", block("9\n"))
                                + event("error", "late") + "{\"item\":{\"type\":\"message\"}}\n",
                        "9\n"));
    }

    @ParameterizedTest
    @MethodSource("good")
    void readsTheBlockAndWritesItAnew(OutputRule rule, ParseShape shape, String output, String file) throws Exception {
        assertThat(AgentResult.in(printed(output), rule, parse(shape))).isEqualTo(file);
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                Arguments.of(OutputRule.TEXT, ParseShape.JSON, "no block", "no_result_block", "no block 'result'"),
                Arguments.of(OutputRule.TEXT, ParseShape.JSON, "```result\n1\n", "no_result_block", "never ends it"),
                Arguments.of(OutputRule.TEXT, ParseShape.JSON, block("\n"), "result_unparsable", "line 1, column 1"),
                Arguments.of(OutputRule.TEXT, ParseShape.JSON, block("1 2\n"), "result_unparsable", "line 1, column"),
                Arguments.of(
                        OutputRule.TEXT,
                        ParseShape.JSON,
                        block("{\n\"a\" 1}"),
                        "result_unparsable",
                        "line 2, column 5"),
                Arguments.of(OutputRule.TEXT, ParseShape.JSONL, block("1\n\n{\n}\n"), "result_unparsable", "line 3"),
                Arguments.of(
                        OutputRule.TEXT,
                        ParseShape.JSONL,
                        block("{\"a\":1,\"a\":2}"),
                        "result_unparsable",
                        "Duplicate"),
                Arguments.of(JSON, ParseShape.JSON, "not json", "result_unparsable", "output is no JSON: line 1"),
                Arguments.of(JSON, ParseShape.JSON, "", "no_result_block", "'result'"),
                Arguments.of(JSON, ParseShape.JSON, "{\"result\": 3}", "no_result_block", "'result'"),
                Arguments.of(EVENTS, ParseShape.JSON, event("error", block("1")), "no_result_block", "'item.text'"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void saysWhatIsWrong(OutputRule rule, ParseShape shape, String output, String code, String words) {
        assertThatThrownBy(() -> AgentResult.in(printed(output), rule, parse(shape)))
                .isInstanceOfSatisfying(
                        SwarmFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    @Test
    void ofALongTranscriptTheLastPartCountsUnlessItIsOneDocument() throws Exception {
        Transcript text = new Transcript(1000);
        Transcript document = new Transcript(1000);
        for (int i = 0; i < 100; i++) {
            print(text, "a line of some length\n");
            print(document, "[0,0,0,0,0,0,0,0,0,0],\n");
        }
        print(text, block("1\n"));

        assertThat(text.cut()).isTrue();
        assertThat(text.text()).hasSize(1000);
        assertThat(AgentResult.in(text, OutputRule.TEXT, parse(ParseShape.JSON)))
                .isEqualTo("1\n");
        assertThatThrownBy(() -> AgentResult.in(document, JSON, parse(ParseShape.JSON)))
                .hasMessageContaining("16 MiB");
    }

    private static String block(String content) {
        return "Done.\n```result\n" + content + (content.endsWith("\n") ? "" : "\n") + "```\n";
    }

    private static String event(String type, String text) {
        return "{\"item\":{\"type\":\"" + type + "\",\"text\":" + quoted(text) + "}}\n";
    }

    private static String quoted(String text) {
        return Json.write(text);
    }

    private static Parse parse(ParseShape shape) {
        return new Parse("result", "result.json", shape);
    }

    private static Transcript printed(String text) {
        Transcript transcript = new Transcript();
        print(transcript, text);
        return transcript;
    }

    private static void print(Transcript transcript, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        transcript.add(bytes, 0, bytes.length);
    }
}
