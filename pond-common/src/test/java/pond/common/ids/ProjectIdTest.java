package pond.common.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectIdTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"01890a5d-ac96-774b-bcce-b302099a8057", "acme/web", "Ärger & Söhne", "日本", "x", "../..", "😀"})
    void anythingPrintableIsAProject(String text) {
        assertThat(ProjectId.parse(text)).map(ProjectId::value).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "a\u0000", "a\u200eb", "a\u2028b", "\ud800", "a\u0378"})
    void whatNobodyCanReadIsRefused(String text) {
        assertThat(ProjectId.parse(text)).isEmpty();
        assertThatThrownBy(() -> new ProjectId(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lengthIsCountedInCharactersAsPeopleSeeThem() {
        assertThat(ProjectId.parse("😀".repeat(128))).isPresent();
        assertThat(ProjectId.parse("a".repeat(129))).isEmpty();
    }
}
