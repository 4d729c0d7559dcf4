package pond.common.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "*.java A.java",
                "**/*.java A.java",
                "**/*.java a/b/A.java",
                "src/** src/a/b",
                "src/ src/a/b",
                "a/**/b a/b",
                "a/**/b a/x/y/b",
                "**/a/**/b/** x/a/b",
                "a?c abc",
                "a?c a😀c",
                "[😀-😂] 😁",
                "[a-c]x bx",
                "[!a-c]x dx",
                "[]a] ]",
                "[!]a] b",
                "[a-] -",
                "[a.] .",
                "{a,b}/c b/c",
                "{a/b,c}d a/bd",
                "x{,.gz} x",
                "* .hidden",
                "a** abc",
                "** a/b",
                "a}b a}b",
            })
    void matches(String glob, String path) {
        assertThat(Glob.of(glob).matches(path)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "*.java a/A.java",
                "*.java A.JAVA",
                "a/**/b a/b/c",
                "a?c a/c",
                "a*c a/c",
                "[!a]b /b",
                "[!]a] ]",
                "[!]a] a",
                "[a-c] d",
                "[z-a] b",
                "src/** other/a",
                "{a,b} {a,b}",
                "a**b a/b",
                "a/b a/b/",
            })
    void matchesNot(String glob, String path) {
        assertThat(Glob.of(glob).matches(path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/a",
                "../a",
                "a/..",
                "a/../b",
                "{../x,a}",
                "{.,a}./b",
                "{/etc,a}",
                "[a",
                "[]",
                "[!]",
                "a[b/c]",
                "{a",
                "{a,{b}}",
                "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"
            })
    void aPatternThatCannotBeReadIsRefusedWithAReason(String glob) {
        assertThatThrownBy(() -> Glob.of(glob))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .hasSizeGreaterThan(20);
    }

    @Test
    void aPatternHasAtMost512Characters() {
        assertThat(Glob.of("a".repeat(512)).matches("a".repeat(512))).isTrue();
        assertThatThrownBy(() -> Glob.of("a".repeat(513))).isInstanceOf(IllegalArgumentException.class);
    }

    /** Each of these costs a backtracking matcher more steps than there is time; here the test just ends. */
    @Test
    void patternsMadeToBacktrackComeToAnEnd() {
        String parts = "a/".repeat(2_000) + "b";

        assertThat(Glob.of("*a".repeat(250) + "*c").matches("a".repeat(4_000))).isFalse();
        assertThat(Glob.of("**/a/".repeat(100) + "**/c").matches(parts)).isFalse();
        assertThat(Glob.of("**/*a*/".repeat(70) + "c").matches(parts)).isFalse();
        assertThat(Glob.of("{*a,*b}{*a,*b}{*a,*b}{*a,*b}{*a,*b}{*a,*b}c").matches("ab".repeat(2_000)))
                .isFalse();
        assertThat(Glob.of("{,a}".repeat(6) + "{b}".repeat(100)).matches("a".repeat(4_000)))
                .isFalse();
    }

    @Property(tries = 5_000)
    void agreesWithTheObviousMatcher(@ForAll("patterns") String glob, @ForAll("paths") String path) {
        assertThat(Glob.of(glob).matches(path))
                .isEqualTo(reference(List.of(glob.split("/", -1)), List.of(path.split("/", -1))));
    }

    @Property
    void anyTextIsAGlobOrIsRefused(@ForAll String text, @ForAll("paths") String path) {
        try {
            Glob glob = Glob.of(text);
            glob.matches(path);
            glob.matches(text);
            assertThat(glob).hasToString(text);
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageNotContainingAny("null");
        }
    }

    @Provide
    Arbitrary<String> patterns() {
        Arbitrary<String> token = Arbitraries.of("a", "b", "*", "?", "[ab]", "[!a]", "[a-b]", "😀", "**");
        Arbitrary<String> part = Arbitraries.oneOf(
                token.list().ofMinSize(1).ofMaxSize(5).map(tokens -> String.join("", tokens)), Arbitraries.just("**"));
        return part.list().ofMinSize(1).ofMaxSize(5).map(parts -> String.join("/", parts));
    }

    @Provide
    Arbitrary<String> paths() {
        Arbitrary<String> part = Arbitraries.of("a", "b", "c", "😀")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(names -> String.join("", names));
        return part.list().ofMinSize(1).ofMaxSize(5).map(parts -> String.join("/", parts));
    }

    /** Tries everything; slow and plain. Knows the tokens that {@link #patterns} makes. */
    private static boolean reference(List<String> pattern, List<String> path) {
        if (pattern.isEmpty()) {
            return path.isEmpty();
        }
        List<String> rest = pattern.subList(1, pattern.size());
        if (pattern.get(0).equals("**")) {
            return reference(rest, path) || (!path.isEmpty() && reference(pattern, path.subList(1, path.size())));
        }
        return !path.isEmpty() && part(pattern.get(0), path.get(0)) && reference(rest, path.subList(1, path.size()));
    }

    private static boolean part(String pattern, String text) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        if (pattern.startsWith("*")) {
            return part(pattern.substring(1), text) || (!text.isEmpty() && part(pattern, afterFirst(text)));
        }
        if (text.isEmpty()) {
            return false;
        }
        String c = text.substring(0, text.offsetByCodePoints(0, 1));
        String token = pattern.startsWith("[")
                ? pattern.substring(0, pattern.indexOf(']') + 1)
                : pattern.substring(0, pattern.offsetByCodePoints(0, 1));
        boolean one = switch (token) {
            case "?" -> true;
            case "[ab]", "[a-b]" -> c.equals("a") || c.equals("b");
            case "[!a]" -> !c.equals("a");
            default -> token.equals(c);
        };
        return one && part(pattern.substring(token.length()), afterFirst(text));
    }

    private static String afterFirst(String text) {
        return text.substring(text.offsetByCodePoints(0, 1));
    }
}
