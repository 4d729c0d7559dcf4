package pond.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.worker.sandbox.Shell.Run;

/** The reading side runs in a JVM of its own, whose heap is far smaller than what the program writes. */
class OutputFloodTest {
    @TempDir
    Path directory;

    @Test
    void lineOfFiftyMegabytesIsCutAndMemoryStaysBounded() throws Exception {
        assertThat(flood("head -c 52428800 /dev/zero | tr '\\0' x"))
                .isEqualTo("Exited[code=0] 52428800 bytes 3200 lines, longest 16384, failure Optional.empty");
    }

    @Test
    void twoHundredMegabytesOfLinesArePassedOn() throws Exception {
        assertThat(flood("yes 0123456789012345678901234567890123456789012345678 | head -c 200000000"))
                .isEqualTo("Exited[code=0] 200000000 bytes 4000000 lines, longest 49, failure Optional.empty");
    }

    @Test
    void binaryOutputIsText() throws Exception {
        assertThat(flood("head -c 3000000 /dev/urandom; exit 2"))
                .startsWith("Exited[code=2] 3000000 bytes ")
                .endsWith("failure Optional.empty");
    }

    private String flood(String script) throws InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> argv = List.of(
                java,
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                OutputFlood.class.getName(),
                script);
        Run run = new Shell(new BareSandbox(), directory, "output-flood-test").start(argv, Map.of());
        assertThat(run.end().status()).as(run.stderr().toString()).isEqualTo(new ExitStatus.Exited(0));
        return run.stdout().get(run.stdout().size() - 1);
    }
}
