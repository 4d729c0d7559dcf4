package pond.server.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.json.Json;

class DefinitionFileTest {
    private static final String YAML = """
            # a comment
            stages:
              - key: build
                executor:
                  kind: shell
                  argv: [sh, -c, "make all"]
                  env: {ON: yes, VERSION: "1.10", EMPTY: }
              - key: script
                timeout_sec: 10
                executor:
                  kind: shell
                  argv:
                    - sh
                    - -c
                    - |
                      echo one
                      echo two
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"w.yaml", "w.yml", "W.YAML"})
    void aFileIsYamlByItsName(String name) throws IOException {
        Path file = Files.writeString(folder.resolve(name), YAML);

        JsonNode read = new DefinitionFile(file.toString(), false).read(InputStream.nullInputStream());

        assertThat(read).isEqualTo(Json.readTree("""
                {"stages": [
                  {"key": "build", "executor": {"kind": "shell", "argv": ["sh", "-c", "make all"],
                   "env": {"ON": "yes", "VERSION": "1.10", "EMPTY": null}}},
                  {"key": "script", "timeout_sec": 10, "executor": {"kind": "shell",
                   "argv": ["sh", "-c", "echo one\\necho two\\n"]}}]}
                """));
    }

    @Test
    void standardInputIsJsonUnlessItIsSaidToBeYaml() throws IOException {
        assertThat(read("{\"a\": 1}", false)).isEqualTo(Json.readTree("{\"a\": 1}"));
        assertThat(read("{\"a\": 1}", true)).isEqualTo(Json.readTree("{\"a\": 1}"));
        assertThat(read("a: 1", true)).isEqualTo(Json.readTree("{\"a\": 1}"));
        assertThatThrownBy(() -> read("a: 1", false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("- is not JSON: line 1, column");
    }

    @Test
    void aFileThatMultipliesItselfIsRefused() {
        StringBuilder laughs = new StringBuilder("a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
        for (int i = 1; i < 10; i++) {
            laughs.append("a%d: &a%d [".formatted(i, i))
                    .append("*a%d, ".formatted(i - 1).repeat(9))
                    .append("]\n");
        }

        assertThatThrownBy(() -> read(laughs.toString(), true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has an alias, which is not taken here: line 2, column 10");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: 1\\nb: [1, 2       | line 2",
                "a: 1\\n\\tb: secret   | line 2, column 1",
                "a: 1\\na: 2           | line 2, column 2: a field is there twice",
                "a: 1\\n---\\nb: 2     | line 3",
                "a: &x 1\\nb: {<<: *x} | line 2, column 9",
                "a: *secret            | line 1"
            })
    void mistakesAreSaidByPlaceAndNotQuoted(String text, String place) {
        assertThatThrownBy(() -> read(text.replace("\\n", "\n").replace("\\t", "\t"), true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(place)
                .hasMessageNotContaining("secret");
    }

    @Test
    void depthAndSizeAreBounded() {
        assertThatThrownBy(() -> read("[".repeat(100) + "]".repeat(100), true))
                .hasMessageContaining("is nested deeper than 64 levels");
        assertThatThrownBy(() -> read("[".repeat(100_000), true))
                .hasMessageContaining("is nested deeper than 64 levels");
        assertThatThrownBy(() -> read("[".repeat(100) + "]".repeat(100), false))
                .hasMessageContaining("is nested deeper than 64 levels");
        assertThatThrownBy(() -> read(" ".repeat(8 * 1024 * 1024 + 1), true)).hasMessageContaining("is larger than");
    }

    private static JsonNode read(String text, boolean yaml) throws IOException {
        return new DefinitionFile("-", yaml).read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
