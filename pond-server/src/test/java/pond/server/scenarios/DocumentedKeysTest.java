package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on keys of the integration guide, as they stand there. */
class DocumentedKeysTest {
    private static final Pattern SECTION = Pattern.compile("(?ms)^## Keys over HTTP$(.*?)^## ");
    private static final Pattern COMMANDS = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");

    @TempDir
    private static Path folder;

    @Test
    void theCommandsMintListAndRevoke() throws IOException, InterruptedException {
        List<String> commands = commands();
        assertThat(commands).hasSize(4);
        try (TestPond pond = TestPond.startWithoutWaiting(folder, "POND_LOCAL_EXECUTORS", "")) {
            String toRevoke = pond.service()
                    .post("/v1/keys", "{\"projectId\":\"demo\"}")
                    .json()
                    .path("id")
                    .textValue();
            ProcessBuilder builder = new ProcessBuilder("bash", "-ec", String.join("\n", commands));
            builder.environment().put("POND", pond.url().toString());
            builder.environment().put("POND_SERVICE_TOKEN", pond.service().token());
            builder.environment().put("KEY_ID", toRevoke);
            Assumptions.assumeTrue(
                    new ProcessBuilder("bash", "-c", "command -v curl").start().waitFor() == 0, "curl is missing");

            Process process = builder.redirectErrorStream(true).start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(printed).isTrue();

            assertThat(printed).contains("\"key\":\"pond_pk_", "{\"keys\":[", "HTTP/1.1 204");
            assertThat(pond.service().get("/v1/keys?projectId=demo").json().path("keys"))
                    .hasSize(2)
                    .allSatisfy(key -> assertThat(key.path("revokedAt").isNull())
                            .isNotEqualTo(key.path("id").asText().equals(toRevoke)));
        }
    }

    private static List<String> commands() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                DocumentedKeysTest.class.getResourceAsStream("/docs/integrate.md"), "the guide")) {
            var section = SECTION.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            assertThat(section.find()).isTrue();
            List<String> commands = new ArrayList<>();
            COMMANDS.matcher(section.group(1)).results().forEach(result -> commands.add(result.group(1)));
            return commands;
        }
    }
}
