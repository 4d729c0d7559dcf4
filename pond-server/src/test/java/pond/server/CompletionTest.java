package pond.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.server.errors.PondException;

/** The completion script in a real bash. */
class CompletionTest {
    @TempDir
    private Path folder;

    private Path script;

    @BeforeEach
    void print() throws IOException {
        script = folder.resolve("completion");
        StringWriter out = new StringWriter();
        assertThat(execute(out, "completion", "bash")).isZero();
        Files.writeString(script, out.toString());
    }

    @Test
    void commandsAndOptionsAreCompleted() throws IOException, InterruptedException {
        assertThat(completed("comp", "pond", "comp")).containsExactly("completion");
        assertThat(completed("wa", "pond", "run", "wa")).containsExactly("watch", "wait");
        assertThat(completed("", "pond", "worker", "")).contains("list", "show", "drain", "revoke");
        assertThat(completed("--so", "pond", "run", "submit", "--so")).contains("--source", "--source-token-file");
        assertThat(completed("--m", "pond", "enroll-code", "--m")).contains("--max-uses");
        assertThat(completed("", "pond", "context", "")).contains("add", "use", "list", "remove");
        assertThat(completed("--t", "pond", "run", "wait", "--t"))
                .contains("--timeout", "--token-file")
                .doesNotContain("--server");
        assertThat(completed("--contexts", "pond", "run", "list", "--contexts")).isEmpty();
    }

    @Test
    void itIsForZshTooAndForNoOtherShell() throws IOException {
        StringWriter out = new StringWriter();

        assertThat(execute(out, "completion", "zsh")).isZero();
        assertThat(out.toString()).contains("bashcompinit").isEqualTo(Files.readString(script));
        assertThat(execute(new StringWriter(), "completion", "fish")).isEqualTo(2);
        assertThat(execute(new StringWriter(), "completion")).isEqualTo(2);
    }

    /** What bash offers for the last of these words, which is {@code word}. */
    private List<String> completed(String word, String... words) throws IOException, InterruptedException {
        String program = """
                source <(cat "$1"); shift
                complete -p pond > /dev/null || exit 3
                word=$1; shift
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                # Outside of a completion that is going on, compopt says so on stderr.
                _complete_pond pond "$word" "${COMP_WORDS[$((COMP_CWORD - 1))]}" 2> /dev/null
                printf '%s\\n' "${COMPREPLY[@]}"
                """;
        List<String> command = new ArrayList<>(List.of("bash", "-c", program, "bash", script.toString(), word));
        command.addAll(List.of(words));
        Process bash = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        try {
            assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            bash.destroyForcibly();
        }
        String printed = Files.readString(folder.resolve("out"), StandardCharsets.UTF_8);
        assertThat(bash.exitValue()).as(printed).isZero();
        return printed.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static int execute(StringWriter out, String... args) {
        return ServerMain.commandLine(Map.of(), config -> {
                    throw PondException.notFound("server");
                })
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(new StringWriter()))
                .execute(args);
    }
}
