package pond.common.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TemplateTest {
    @Test
    void fillsWhatHasAValueAndLeavesTheRest() {
        Template template = Template.of("a {{MODEL}} b {{SECRET:KEY}} c {{OTHER}}{{MODEL}}");

        assertThat(template.names()).containsExactly("MODEL", "SECRET:KEY", "OTHER");
        assertThat(fill(template, Map.of("MODEL", "m", "SECRET:KEY", "s"))).isEqualTo("a m b s c {{OTHER}}m");
    }

    @Test
    void whatIsFilledInIsNeverLookedAtAgain() {
        Map<String, String> values =
                Map.of("PROMPT", "{{SECRET:KEY}}", "SECRET:KEY", "the secret", "MODEL", "{{PROMPT}}");

        assertThat(fill(Template.of("{{PROMPT}} {{MODEL}}"), values)).isEqualTo("{{SECRET:KEY}} {{PROMPT}}");
        assertThat(fill(Template.of("{{MODEL}}{{MODEL}}"), Map.of("MODEL", "}}{{MODEL")))
                .isEqualTo("}}{{MODEL}}{{MODEL");
    }

    @Test
    void onlyTheExactFormIsAPlaceholder() {
        for (String text : List.of("{{model}}", "{{ MODEL }}", "{MODEL}", "{{MODEL}", "{{}}", "{{A:}}", "{{A:B:C}}")) {
            assertThat(Template.of(text).names()).as(text).isEmpty();
        }
        assertThat(fill(Template.of("{{{MODEL}}}"), Map.of("MODEL", "m"))).isEqualTo("{m}");
    }

    /** Whatever the pieces are, filling them is filling each alone: no value joins with what stands beside it. */
    @Property
    void fillingIsOnePassOverThePieces(
            @ForAll("pieces") List<String> pieces, @ForAll("values") String model, @ForAll("values") String prompt) {
        Map<String, String> values = Map.of("MODEL", model, "PROMPT", prompt);
        StringBuilder expected = new StringBuilder();
        for (String piece : pieces) {
            expected.append(
                    switch (piece) {
                        case "{{MODEL}}" -> model;
                        case "{{PROMPT}}" -> prompt;
                        default -> piece;
                    });
        }

        assertThat(fill(Template.of(String.join("", pieces)), values)).isEqualTo(expected.toString());
    }

    @Property
    void withoutValuesEveryTextStaysAsItIs(@ForAll String text) {
        assertThat(Template.of(text).fill(name -> Optional.empty())).isEqualTo(text);
    }

    @Provide
    Arbitrary<List<String>> pieces() {
        return Arbitraries.of("{{MODEL}}", "{{PROMPT}}", "{{OTHER}}", "text", " ", "\n", "\"", "}", "}}", "$1", "\\")
                .list()
                .ofMaxSize(12);
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of("", "m", "{{MODEL}}", "{{PROMPT}}", "{{", "}}", "$0", "\\");
    }

    private static String fill(Template template, Map<String, String> values) {
        return template.fill(name -> Optional.ofNullable(values.get(name)));
    }
}
