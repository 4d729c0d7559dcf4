package pond.worker.executors.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FencesTest {
    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("none", "no block at all", null, false),
                Arguments.of("plain", "text\n```result\na\nb\n```\nmore", "a\nb\n", false),
                Arguments.of("empty", "```result\n```", "", false),
                Arguments.of("the last counts", "```result\n1\n```\n```result\n2\n```\n", "2\n", false),
                Arguments.of("another word", "```results\n1\n```\n```json\n2\n```", null, false),
                Arguments.of("first word of the info string", "```  result json {x}\n1\n```", "1\n", false),
                Arguments.of("not the second word", "```json result\n1\n```", null, false),
                Arguments.of("tildes", "~~~result\n1\n~~~", "1\n", false),
                Arguments.of("backticks do not end tildes", "~~~result\n```\n~~~", "```\n", false),
                Arguments.of("a longer fence ends it", "```result\n1\n`````", "1\n", false),
                Arguments.of("a shorter one does not", "````result\n```\n1\n````", "```\n1\n", false),
                Arguments.of("a word after the end", "```result\n1\n``` x\n2\n```", "1\n``` x\n2\n", false),
                Arguments.of("an inner block", "````result\n```json\n1\n```\n````", "```json\n1\n```\n", false),
                Arguments.of("inside of another one", "````markdown\n```result\n1\n```\n````", null, false),
                Arguments.of("after another one", "````md\n```result\n0\n```\n````\n```result\n1\n```", "1\n", false),
                Arguments.of("three spaces", "   ```result\n    1\n   ```", " 1\n", false),
                Arguments.of("four spaces are code", "    ```result\n    1\n    ```", null, false),
                Arguments.of("in the middle of a line", "see ```result\n1\n```\n", null, false),
                Arguments.of("backticks behind it", "```result `x`\n1\n", null, false),
                Arguments.of("line ends of Windows", "```result\r\n1\r\n```\r\n", "1\n", false),
                Arguments.of("never closed", "```result\n1\n", null, true),
                Arguments.of("the last one never closed", "```result\n1\n```\n```result\n2", "1\n", true),
                Arguments.of("another one never closed", "```result\n1\n```\n```sh\n2", "1\n", false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void findsTheLastClosedBlock(String name, String text, @Nullable String block, boolean open) {
        assertThat(Fences.find(text, "result")).isEqualTo(new Fences.Found(Optional.ofNullable(block), open));
    }
}
