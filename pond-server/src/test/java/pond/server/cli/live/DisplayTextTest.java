package pond.server.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisplayTextTest {
    @Test
    void ordersToTheTerminalAreLeftOut() {
        assertThat(DisplayText.harmless("\u001b[31mred\u001b[0m")).isEqualTo("red");
        assertThat(DisplayText.harmless("\u001b]0;a title\u0007x\u001b]8;;http://x\u001b\\link"))
                .isEqualTo("xlink");
        assertThat(DisplayText.harmless("a\u001b[2J\u001b[H\u001bcb\u009b1mc")).isEqualTo("abc");
        assertThat(DisplayText.harmless("\u001b]never ends")).isEmpty();
        assertThat(DisplayText.harmless("a\u001b")).isEqualTo("a");
        assertThat(DisplayText.harmless("bell\u0007 null\u0000 next\u0085 lone\ud800"))
                .isEqualTo("bell\ufffd null\ufffd next\ufffd lone\ufffd");
        assertThat(DisplayText.harmless("abc\u202edef\u200b")).isEqualTo("abcdef");
    }

    @Test
    void aLineThatWasWrittenOverShowsItsLastForm() {
        assertThat(DisplayText.harmless("10%\r50%\r100%\r")).isEqualTo("100%");
        assertThat(DisplayText.harmless("a\tb\t\tc")).isEqualTo("a       b               c");
    }

    @ParameterizedTest
    @CsvSource({"abc, 3", "日本語, 6", "한글, 4", "é, 1", "🚀, 2", "ｱ, 1", "→, 1"})
    void widthsAreThoseOfATerminal(String text, int width) {
        assertThat(DisplayText.width(text)).isEqualTo(width);
    }

    @Test
    void combiningMarksTakeNoRoom() {
        assertThat(DisplayText.width("e\u0301")).isEqualTo(1);
        assertThat(DisplayText.width(DisplayText.harmless("\u2764\ufe0f"))).isEqualTo(1);
    }

    @Test
    void whatIsTooLongIsCutBetweenSignsAndSaysSo() {
        assertThat(DisplayText.cut("abcdef", 6)).isEqualTo("abcdef");
        assertThat(DisplayText.cut("abcdef", 5)).isEqualTo("abcd>");
        assertThat(DisplayText.cut("日本語", 5)).isEqualTo("日本>");
        assertThat(DisplayText.cut("日本語", 4)).isEqualTo("日>");
        assertThat(DisplayText.cut("ab", 0)).isEmpty();
        assertThat(DisplayText.column("日本語", 4)).isEqualTo("日> ");
    }

    @Property(tries = 300)
    void anyTextIsHarmlessAndFits(@ForAll String text, @ForAll @IntRange(max = 40) int columns) {
        String shown = DisplayText.cut(DisplayText.harmless(text), columns);

        assertThat(shown.codePoints().noneMatch(Character::isISOControl)).isTrue();
        assertThat(DisplayText.width(shown)).isLessThanOrEqualTo(columns);
        assertThat(DisplayText.harmless(shown)).isEqualTo(shown);
    }
}
