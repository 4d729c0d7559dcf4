package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output that no well-behaved program prints. */
class OutputScenariosTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static Client client;

    @BeforeAll
    static void start() {
        pond = TestPond.start(folder.resolve("state"), "POND_LOG_MAX_BYTES", "2m");
        client = pond.service();
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @Test
    void bytesThatAreNoTextStayInTheirLines() {
        String run = client.submit(Body.of(
                Body.shell("odd", "printf 'a\\0b\\nc\\377d\\n\\033[31mred\\033[0m\\r\\n\\nlast \\342\\202\\254'")));

        assertThat(status(client.end(run))).isEqualTo("done");
        assertThat(client.printed(run, "odd"))
                .containsExactly("a\0b", "c\uFFFDd", "\033[31mred\033[0m", "", "last \u20AC");
    }

    @Test
    void oneLineOfFiftyMegabytesIsCutIntoPieces() {
        String run = client.submit(
                Body.of(Body.shell("long", "head -c 50000000 /dev/zero | tr '\\0' x; echo; echo after >&2; exit 0")));

        JsonNode details = client.end(run);

        assertThat(status(details)).isEqualTo("done");
        List<String> pieces = client.printed(run, "long").stream()
                .filter(line -> line.startsWith("x"))
                .toList();
        assertThat(pieces).allSatisfy(piece -> assertThat(piece.length()).isLessThanOrEqualTo(16 * 1024));
        assertThat(pieces.stream().mapToLong(String::length).sum())
                .as("the job's limit on text, less what line ends count")
                .isBetween(2_000_000L, 2L * 1024 * 1024);
    }

    @Test
    void aLogPastItsLimitEndsWithAMarker() {
        String run = client.submit(Body.of(
                Body.shell("chatty", "yes 'a line of some length, again and again' | head -n 100000"),
                Body.noop("after")));

        assertThat(status(client.end(run))).isEqualTo("done");
        List<JsonNode> log = client.log(run);
        long kept = client.printed(run, "chatty").size();
        assertThat(kept).isBetween(10_000L, 99_999L);
        assertThat(log).last().satisfies(line -> {
            assertThat(line.path("stream").asText()).isEqualTo("system");
            assertThat(line.path("line").asText()).startsWith(100_000 - kept + " more lines were dropped");
        });
    }

    @Test
    void bothStreamsAreToldApart() {
        String run = client.submit(Body.of(Body.shell("both", "for i in 1 2 3; do echo o$i; echo e$i >&2; done")));

        client.end(run);

        assertThat(lines(run, "stdout")).containsExactly("o1", "o2", "o3");
        assertThat(lines(run, "stderr")).containsExactly("e1", "e2", "e3");
    }

    private static List<String> lines(String run, String stream) {
        return client.log(run).stream()
                .filter(line -> line.path("stream").asText().equals(stream))
                .map(line -> line.path("line").asText())
                .toList();
    }
}
