package pond.server.scenarios;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of {@code scripts/check}: which skipped tests it lets pass. */
class SkippedTestsTest {
    private static final Path SCRIPT =
            Path.of("..", "scripts", "skipped-tests").toAbsolutePath().normalize();

    @TempDir
    private Path root;

    private Path since;

    private record Result(int exit, String output) {}

    @BeforeEach
    void begin() throws IOException {
        since = Files.createFile(root.resolve("since"));
        Files.setLastModifiedTime(since, FileTime.from(Instant.EPOCH));
    }

    @Test
    void aSkipThatIsNotListedIsNamed() throws Exception {
        report("surefire-reports", "pond.Some", "shows[1]", "<skipped message=\"&lt;a&gt;\"/>");
        report("failsafe-reports", "pond.OtherIT", "", "<skipped><![CDATA[x]]></skipped>");

        Result result = check();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.output()).contains("SKIPPED: pond.Some#shows[1]", "SKIPPED: pond.OtherIT#", "2 tests");
    }

    @Test
    void aListedOneAndWhatWasRunPass() throws Exception {
        report("failsafe-reports", "pond.server.scenarios.AgentsIT", "claude[6]", "<skipped/>");
        report("surefire-reports", "pond.Some", "shows", "<system-out>says <skipped/></system-out>");

        Result result = check();

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).isEqualTo("skipped, as may be: pond.server.scenarios.AgentsIT#claude[6]\n");
    }

    @Test
    void reportsOfEarlierRunsAreNotLookedAt() throws Exception {
        report("surefire-reports", "pond.Some", "shows", "<skipped/>");
        Files.setLastModifiedTime(since, FileTime.from(Instant.parse("2100-01-01T00:00:00Z")));

        assertThat(check()).isEqualTo(new Result(0, ""));
    }

    @Test
    void theListNamesTestsThatThereAre() throws IOException {
        for (String line : Files.readAllLines(SCRIPT.resolveSibling("expected-skips"))) {
            if (!line.startsWith("#")) {
                String[] named = line.substring(0, line.indexOf(' ')).split("#", 2);
                Path source = source(named[0]);
                assertThat(source).as(line).isRegularFile();
                assertThat(source).as(line).content().contains(named.length == 1 ? "class " : " " + named[1]);
            }
        }
    }

    private static Path source(String type) {
        Path root = SCRIPT.resolve("../..").normalize();
        String module = type.startsWith("pond.worker.") ? "pond-worker" : "pond-server";
        return root.resolve(module).resolve("src/test/java").resolve(type.replace('.', '/') + ".java");
    }

    private void report(String kind, String type, String test, String inside) throws IOException {
        Path folder = Files.createDirectories(root.resolve("pond-some/target").resolve(kind));
        Files.writeString(folder.resolve("TEST-" + type + ".xml"), """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite name="%1$s" tests="2">
                  <testcase name="another" classname="%1$s" time="0.01"/>
                  <testcase name="%2$s" classname="%1$s" time="0.01">
                    %3$s
                  </testcase>
                </testsuite>
                """.formatted(type, test, inside));
    }

    private Result check() throws Exception {
        Process process = new ProcessBuilder(SCRIPT.toString(), since.toString(), root.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Result(process.waitFor(), output);
    }
}
