package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What operators register, on a whole server. */
class RegistryScenariosTest {
    private static final String SECRET = "sk-plaintext-of-a-scenario-0123456789";
    private static final String CREDENTIAL =
            "{\"name\":\"c\",\"provider\":\"openai\",\"secrets\":{\"OPENAI_API_KEY\":\"" + SECRET + "\"}}";
    private static final String MODEL = "{\"key\":\"m\",\"provider\":\"openai\",\"model_id\":\"m-1\","
            + "\"credential_name\":\"c\",\"input_cost_per_mtok\":1,\"output_cost_per_mtok\":2}";

    @TempDir
    private Path folder;

    @Test
    void preflightWarnsOfAHarnessAndAModelUntilTheyAreRegistered() {
        try (TestPond pond = TestPond.startWithoutWaiting(folder)) {
            Client client = pond.service();

            assertThat(codes(client)).contains("harness_unknown", "model_unknown");
            Client.Answer made =
                    client.post("/v1/admin/harnesses/from-preset", "{\"preset\":\"codex-brokered\",\"key\":\"codex\"}");
            assertThat(made.status()).as(made.body()).isEqualTo(201);
            assertThat(codes(client)).contains("model_unknown").doesNotContain("harness_unknown");
            assertThat(client.post("/v1/admin/models", MODEL).status()).isEqualTo(201);
            assertThat(codes(client)).doesNotContain("harness_unknown", "model_unknown");
        }
    }

    @Test
    void whatIsRegisteredOutlivesTheServerAndTheSecretIsNowhere() throws IOException {
        // Tests are quiet otherwise.
        Logger pondLog = (Logger) LoggerFactory.getLogger("pond");
        Level usual = pondLog.getLevel();
        pondLog.setLevel(Level.TRACE);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        pondLog.addAppender(log);
        LoggerFactory.getLogger(RegistryScenariosTest.class).warn("lines of the log are seen here");
        List<String> answers = new ArrayList<>();
        try (TestPond pond = TestPond.startWithoutWaiting(folder)) {
            answers.add(pond.service().post("/v1/admin/credentials", CREDENTIAL).body());
            answers.add(pond.service()
                    .post("/v1/admin/credentials", CREDENTIAL + "x")
                    .body());
            answers.add(
                    pond.project("p").post("/v1/admin/credentials", CREDENTIAL).body());
        }
        try (TestPond pond = TestPond.startWithoutWaiting(folder)) {
            JsonNode found = pond.service().get("/v1/admin/credentials/c").json();
            assertThat(found.at("/secrets/OPENAI_API_KEY").asText()).isEqualTo("***");
            answers.add(found.toString());
            answers.add(pond.service().get("/v1/admin/audit").body());
        } finally {
            pondLog.detachAppender(log);
            pondLog.setLevel(usual);
        }

        List<String> files = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.add(new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(answers).hasSize(5).noneSatisfy(answer -> assertThat(answer).contains(SECRET));
        assertThat(files)
                .anySatisfy(file -> assertThat(file).contains("OPENAI_API_KEY"))
                .noneSatisfy(file -> assertThat(file).contains(SECRET));
        assertThat(log.list)
                .anySatisfy(event -> assertThat(event.getFormattedMessage()).contains("are seen here"))
                .noneSatisfy(event -> assertThat(event.getFormattedMessage() + event.getThrowableProxy())
                        .contains(SECRET));
    }

    private static List<String> codes(Client client) {
        return client.post("/v1/runs/preflight", Body.of(Body.swarm("a")))
                .json()
                .path("problems")
                .findValuesAsText("code");
    }
}
