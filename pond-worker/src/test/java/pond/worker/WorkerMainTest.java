package pond.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class WorkerMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpListsTheCommandsThatThereAre() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains("doctor").contains("--version");
    }

    @Test
    void theVersionIsOneLine() {
        assertThat(execute("--version")).isZero();
        assertThat(out.toString().lines()).singleElement().asString().startsWith("pond-worker ");
    }

    @Test
    void withoutACommandItSaysWhichThereAre() {
        assertThat(execute()).isEqualTo(2);
        assertThat(err.toString()).startsWith("a command is needed: doctor");
    }

    private int execute(String... args) {
        CommandLine line = WorkerMain.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return line.execute(args);
    }
}
