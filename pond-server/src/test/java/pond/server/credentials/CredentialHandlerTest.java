package pond.server.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.testing.TestRegistry.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.ids.ProjectId;
import pond.server.sealing.SourceKey;
import pond.testing.TestDatabase;
import pond.testing.TestRegistry;

class CredentialHandlerTest {
    private static final String SECRET = "sk-plaintext-0123456789-abcdefghij";
    private static final String OTHER = "sk-another-9876543210-zyxwvutsrq";
    private static final ProjectId P = new ProjectId("p");

    @TempDir
    private Path folder;

    private TestRegistry registry;

    @BeforeEach
    void start() {
        registry = new TestRegistry(folder);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void aCredentialIsMadeShownReplacedAndDeleted() throws GeneralSecurityException {
        JsonNode made = json(201, post("openai", SECRET, ""));
        registry.clock.advance(Duration.ofSeconds(1));
        JsonNode replaced = json(200, post("openai", OTHER, ""));

        assertThat(made.at("/secrets/OPENAI_API_KEY").asText()).isEqualTo("***");
        assertThat(replaced.path("created_at")).isEqualTo(made.path("created_at"));
        assertThat(replaced.path("updated_at")).isNotEqualTo(made.path("updated_at"));
        assertThat(json(200, registry.get("credentials/openai"))).isEqualTo(replaced);
        assertThat(json(200, registry.get("credentials")).at("/credentials/0")).isEqualTo(replaced);
        assertThat(open("openai", P)).isEqualTo(OTHER);

        assertThat(registry.delete("credentials/openai").statusCode()).isEqualTo(204);
        assertThat(registry.get("credentials/openai").statusCode()).isEqualTo(404);
        assertThat(registry.delete("credentials/openai").statusCode()).isEqualTo(404);
    }

    @Test
    void aProjectsOwnGoesBeforeTheOrganisations() throws GeneralSecurityException {
        json(201, post("openai", SECRET, ""));
        json(201, post("openai", OTHER, "\"projectId\":\"p\","));

        assertThat(open("openai", P)).isEqualTo(OTHER);
        assertThat(open("openai", new ProjectId("q"))).isEqualTo(SECRET);
        assertThat(json(200, registry.get("credentials")).path("credentials")).hasSize(2);
        assertThat(json(200, registry.get("credentials?projectId=p")).path("credentials"))
                .hasSize(1);
        assertThat(json(200, registry.get("credentials/openai?projectId=p"))
                        .path("projectId")
                        .asText())
                .isEqualTo("p");
        assertThat(registry.get("credentials/openai?projectId=q").statusCode()).isEqualTo(404);

        assertThat(registry.delete("credentials/openai?projectId=p").statusCode())
                .isEqualTo(204);
        assertThat(open("openai", P)).isEqualTo(SECRET);
    }

    @Test
    void oneThatAModelNamesStaysUntilTheModelHasGone() {
        json(201, post("openai", SECRET, ""));
        json(201, post("openai", SECRET, "\"projectId\":\"p\","));
        json(
                201,
                registry.post(
                        "models",
                        "{\"key\":\"m\",\"provider\":\"openai\",\"model_id\":\"m\",\"credential_name\":\"openai\","
                                + "\"input_cost_per_mtok\":1,\"output_cost_per_mtok\":1}"));

        HttpResponse<String> refused = registry.delete("credentials/openai");

        assertThat(json(409, refused).path("detail").asText()).endsWith("used by the models m");
        assertThat(json(200, registry.get("credentials")).path("credentials")).hasSize(2);
        assertThat(registry.delete("credentials/openai?projectId=p").statusCode())
                .as("the organisation's takes its place")
                .isEqualTo(204);
        assertThat(registry.delete("models/m").statusCode()).isEqualTo(204);
        assertThat(registry.delete("credentials/openai").statusCode()).isEqualTo(204);
    }

    @Test
    void theSecretIsInNoAnswerAndInNoFile() throws IOException {
        List<HttpResponse<String>> answers = new ArrayList<>();
        answers.add(post("openai", SECRET, ""));
        answers.add(post("openai", SECRET, ""));
        answers.add(registry.post(
                "credentials", "{\"name\":\"a\",\"provider\":\"openai\",\"secrets\":\"" + SECRET + "\"}"));
        answers.add(registry.post(
                "credentials", "{\"name\":\"a\",\"provider\":\"openai\",\"secrets\":{\"" + SECRET + "\":\"\"}}"));
        answers.add(registry.post(
                "credentials", "{\"name\":\"a\",\"provider\":\"openai\",\"secrets\":{\"KEY\":[\"" + SECRET + "\"]}}"));
        answers.add(registry.post(
                "credentials", "{\"name\":\"a\",\"provider\":\"openai\",\"secrets\":{\"KEY\":\"a " + SECRET + "\"}}"));
        answers.add(registry.get("credentials"));
        answers.add(registry.get("credentials/openai"));
        answers.add(registry.get("audit"));
        List<String> files = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.add(new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
            }
        }

        assertThat(answers)
                .extracting(HttpResponse::statusCode)
                .containsExactly(201, 200, 422, 422, 422, 422, 200, 200, 200);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.body()).doesNotContain(SECRET));
        assertThat(files)
                .anySatisfy(file -> assertThat(file).contains("OPENAI_API_KEY"))
                .noneSatisfy(file -> assertThat(file).contains(SECRET));
    }

    @Test
    void sealedTextOpensInItsOwnRowOnly() {
        json(201, post("openai", SECRET, ""));
        json(201, post("openai", OTHER, "\"projectId\":\"p\","));
        TestDatabase.get(registry.database.db.change(
                tx -> tx.update("UPDATE credentials SET sealed = (SELECT sealed FROM credentials WHERE project_id = '')"
                        + " WHERE project_id = 'p'")));

        assertThatThrownBy(() -> open("openai", P)).isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void isSealedAnewUnderAnotherKeyOrNotAtAll() throws Exception {
        json(201, post("openai", SECRET, ""));
        byte[] next = new byte[32];
        next[0] = 1;
        byte[] wrong = new byte[32];
        wrong[0] = 2;

        assertThat(TestDatabase.failure(registry.database.db.write(tx -> Credentials.reseal(tx, new SourceKey(wrong)))))
                .hasMessageContaining("does not open credential openai");
        assertThat(open("openai", P)).isEqualTo(SECRET);
        int count = TestDatabase.get(
                registry.database.db.write(tx -> Credentials.reseal(tx, new SourceKey(next, new byte[32]))));
        assertThat(count).isEqualTo(1);
        assertThatThrownBy(() -> open("openai", P)).isInstanceOf(GeneralSecurityException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"name\":\"a b\"",
                "\"provider\":\"Open AI\"",
                "\"projectId\":\"\"",
                "\"project_id\":\"p\"",
                "\"env\":{\"OPENAI_BASE_URL\":\"ftp://host\"}",
                "\"env\":{\"OPENAI_BASE_URL\":\"https://user:pass@host\"}",
                "\"env\":{\"OPENAI_BASE_URL\":\"https://host/?key=1\"}",
                "\"env\":{\"a b\":\"c\"}",
                "\"secrets\":{}",
                "\"secrets\":{\"A\":\"x\",\"B\":\"y\"}",
                "\"secrets\":{\"OPENAI_API_KEY\":\"***\"}",
                "\"secrets\":{\"OPENAI_API_KEY\":\"line\\n\"}",
                "\"secrets\":{\"OPENAI_API_KEY\":\"\"}"
            })
    void whatCannotBeACredentialIsRefusedByField(String wrong) {
        String field = wrong.substring(1, wrong.indexOf('"', 1));
        StringBuilder body = new StringBuilder("{" + wrong);
        for (String fine :
                List.of("\"name\":\"a\"", "\"provider\":\"openai\"", "\"secrets\":{\"OPENAI_API_KEY\":\"k\"}")) {
            if (!fine.startsWith("\"" + field + "\"")) {
                body.append(',').append(fine);
            }
        }

        JsonNode answer = json(422, registry.post("credentials", body + "}"));

        assertThat(answer.path("problems")).hasSize(1);
        assertThat(answer.at("/problems/0/field").asText()).startsWith(field);
    }

    @Test
    void aCompatibleProviderNeedsAnAddressAndMayDoWithoutAKey() {
        json(422, registry.post("credentials", "{\"name\":\"local\",\"provider\":\"openai-compatible\"}"));
        json(
                201,
                registry.post(
                        "credentials",
                        "{\"name\":\"local\",\"provider\":\"openai-compatible\","
                                + "\"env\":{\"OPENAI_BASE_URL\":\"http://127.0.0.1:11434/v1\"}}"));
    }

    @Test
    void aProviderThatTheBrokerDoesNotKnowMayHaveAnySecrets() {
        json(
                201,
                registry.post(
                        "credentials",
                        "{\"name\":\"b\",\"provider\":\"other\",\"secrets\":{\"ID\":\"x\",\"PEM\":\"a\\nb\\n\"}}"));
    }

    private HttpResponse<String> post(String name, String secret, String more) {
        return registry.post(
                "credentials",
                "{\"name\":\"" + name + "\"," + more
                        + "\"provider\":\"openai\",\"env\":{\"OPENAI_BASE_URL\":\"https://gateway.example\"},"
                        + "\"secrets\":{\"OPENAI_API_KEY\":\"" + secret + "\"}}");
    }

    private String open(String name, ProjectId project) throws GeneralSecurityException {
        Credential found = registry.credentials.find(name, project).orElseThrow();
        return String.valueOf(registry.credentials.open(found, "a test").get("OPENAI_API_KEY"));
    }
}
