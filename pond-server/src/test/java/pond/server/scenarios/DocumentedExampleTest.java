package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the integration guide, character for character, as a consumer runs it. */
class DocumentedExampleTest {
    @TempDir
    private static Path folder;

    private static TestPond pond;

    @BeforeAll
    static void start() {
        pond = TestPond.start(folder.resolve("state"));
    }

    @AfterAll
    static void stop() {
        pond.close();
    }

    @Test
    void theExampleRunsAsItStands() throws IOException, InterruptedException {
        assertThat(bash(example(), pond.service().token())).endsWith("done\n");
    }

    @Test
    void theExampleRunsWithAProjectKey() throws IOException, InterruptedException {
        String withoutProject = example().replace("\"projectId\":\"…\",", "");
        assertThat(withoutProject).isNotEqualTo(example());

        assertThat(bash(withoutProject, pond.project("orchard").token())).endsWith("done\n");
        assertThat(pond.project("orchard").get("/v1/runs").json().path("runs")).hasSize(1);
    }

    /** One after another, on a run that has failed. */
    @Test
    void theLinesAboutReRunsRunAsTheyStand() throws IOException, InterruptedException {
        Client client = pond.service();
        String run = client.submit(Body.of(Body.noop("a"), Body.shell("b", "exit 3")));
        client.end(run);
        String page = resource("/docs/integrate.md");
        String section = page.substring(page.indexOf("### Re-run"));
        String lines = section.substring(section.indexOf("```sh") + 5, section.indexOf("\n```\n"));

        String printed = bash("RUN=" + run + "\n{" + lines + "\n} | jq -c .rerunOf", client.token());

        assertThat(printed.lines())
                .containsExactly(
                        "{\"run\":\"" + run + "\",\"from\":\"start\"}",
                        "{\"run\":\"" + run + "\",\"from\":\"failed\"}");
    }

    private static String example() throws IOException {
        return resource("/scenarios/submit-and-poll.sh");
    }

    private static String resource(String name) throws IOException {
        try (InputStream text = Objects.requireNonNull(DocumentedExampleTest.class.getResourceAsStream(name))) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String bash(String script, String token) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true);
        builder.environment().put("POND", pond.url().toString());
        builder.environment().put("POND_SERVICE_TOKEN", token);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Assumptions.assumeTrue(has("curl") && has("jq"), "curl and jq are not installed");
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(printed).isTrue();
        return printed;
    }

    private static boolean has(String program) throws IOException, InterruptedException {
        return new ProcessBuilder("bash", "-c", "command -v " + program).start().waitFor() == 0;
    }
}
