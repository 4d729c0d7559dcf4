package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.testing.DocPage;

/** That a page which is wrong is noticed, and that nothing is left of a page. */
class DocSessionTest {
    @TempDir
    private Path folder;

    private void run(String text) throws Exception {
        DocSession.run(DocPage.of(Path.of("page.md"), text), folder, Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "exit code 3, (exit 3)",
        "exit code 1, false | cat",
        "unbound variable, echo $NOBODY_HAS_SET_THIS",
        "is refused, 'echo ''{\"type\":\"about:blank\",\"status\":404}'''",
        "prints other than the page says, echo two",
    })
    void whatIsWrongIsNamedWithItsLine(String why, String command) {
        String output = why.startsWith("prints") ? "\n```output\none\n```\n" : "";

        assertThatThrownBy(() -> run("# A page\n\n```sh\n" + command + "\n```\n" + output))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("page.md:3")
                .hasMessageContaining(why);
    }

    @Test
    void blocksAreOneSessionAndFilesAreSavedAtTheirTurn() throws Exception {
        run("""
                ```sh
                test ! -e a.json
                name=a
                ```

                ```json a.json
                {}
                ```

                ```sh
                cat $name.json
                ```

                ```output
                {}
                ```
                """);
    }

    @Test
    void whatAPageLeavesRunningIsEnded() throws Exception {
        run("""
                ```sh
                sleep 1000 &
                echo $! >pid
                ```
                """);

        String pid = Files.readString(DocSession.folder(folder).resolve("pid")).strip();
        assertThat(Processes.isAlive(Long.parseLong(pid))).isFalse();
    }
}
