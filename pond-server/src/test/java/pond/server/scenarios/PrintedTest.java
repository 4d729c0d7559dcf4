package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintedTest {
    @Test
    void aMarkStandsForAnythingWithinALine() {
        assertThat(Printed.matches("run … is done\n", "run 7 of a is done\n")).isTrue();
        assertThat(Printed.matches("run … is done\n", "run 7\nis done\n")).isFalse();
        assertThat(Printed.matches("done (1.5 s)\n", "done (1x5 s)\n")).isFalse();
    }

    @Test
    void aLineOfMarksStandsForAnyLines() {
        assertThat(Printed.matches("…\ndone\n", "done\n")).isTrue();
        assertThat(Printed.matches("a\n...\ndone\n", "a\nb\nc\ndone")).isTrue();
        assertThat(Printed.matches("…\ndone\n", "done\nand more\n")).isFalse();
        assertThat(Printed.matches("a\n", "")).isFalse();
    }

    @Test
    void whiteSpaceOfJsonDoesNotMatter() {
        assertThat(Printed.matches("{\"a\": 1,\n \"b\": …}\n", "{\"a\":1,\"b\":[1,\n2]}"))
                .isTrue();
        assertThat(Printed.matches("{\"a\": 1}", "{\"a\":2}")).isFalse();
        assertThat(Printed.matches("{\"a\": 1}", "{\"a\":1,\"b\":2}")).isFalse();
    }
}
