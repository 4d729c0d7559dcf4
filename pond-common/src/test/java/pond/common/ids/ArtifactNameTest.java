package pond.common.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactNameTest {
    private static final Path ROOT = Path.of("/var/lib/pond/run");

    /** What the JDK encodes paths with; in a C locale it cannot name all files. */
    private static final Charset PATHS = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "reports/junit.xml",
                ".hidden",
                "a b",
                "...",
                "a/..b",
                "ä/日本.txt",
                "-rf",
                "~",
                "a:b",
                "%2e%2e"
            })
    void plainRelativePathsAreTaken(String text) {
        assertThat(ArtifactName.parse(text)).map(ArtifactName::value).contains(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "../a",
                "a/../b",
                "a/..",
                "./a",
                "a/.",
                "a\\b",
                "..\\a",
                "a\u0000",
                "a\nb",
                "a\u007f",
                "a\u0085b",
                "\ud800",
                "a\udc00b"
            })
    void whatCouldLeaveTheRunOrHideIsRefused(String text) {
        assertThat(ArtifactName.parse(text)).isEmpty();
        assertThatThrownBy(() -> new ArtifactName(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lengthsAreThoseOfFileSystemsInBytes() {
        assertThat(ArtifactName.parse("a".repeat(255))).isPresent();
        assertThat(ArtifactName.parse("a".repeat(256))).isEmpty();
        assertThat(ArtifactName.parse("ä".repeat(128))).isEmpty();
        assertThat(ArtifactName.parse("a".repeat(255) + "/" + "b".repeat(255) + "/"))
                .isEmpty();
        assertThat(ArtifactName.parse("a".repeat(255) + "/" + "b".repeat(255) + "/c"))
                .isEmpty();
        assertThat(ArtifactName.parse("a".repeat(255) + "/" + "b".repeat(254) + "/"))
                .isEmpty();
        assertThat(ArtifactName.parse("a".repeat(255) + "/" + "b".repeat(254))).isPresent();
    }

    @Test
    void namesSortByTheirText() {
        assertThat(new ArtifactName("a/b")).isLessThan(new ArtifactName("b"));
        assertThat(new ArtifactName("a/b")).hasToString("a/b");
    }

    @Property(tries = 5_000)
    void anyTextIsRefusedOrStaysStrictlyBelowTheRoot(@ForAll("texts") String text) {
        Optional<ArtifactName> name = ArtifactName.parse(text);

        if (name.isPresent() && PATHS.newEncoder().canEncode(text)) {
            Path file = ROOT.resolve(text);
            assertThat(file.normalize().startsWith(ROOT)).isTrue();
            assertThat(file.normalize()).isNotEqualTo(ROOT).isEqualTo(file);
            assertThat(ROOT.relativize(file)).hasToString(text);
        }
        name.ifPresent(known -> assertThat(
                        new String(known.value().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .isEqualTo(text));
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> pieces =
                Arbitraries.of("a", ".", "..", "/", "//", "\\", "\u0000", "~", " ", "b.c", "\u2025", "\ud800");
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(40),
                pieces.list().ofMaxSize(8).map(list -> String.join("", list)));
    }
}
