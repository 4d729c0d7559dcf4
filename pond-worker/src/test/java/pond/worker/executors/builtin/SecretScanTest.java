package pond.worker.executors.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import pond.common.definition.BuiltinName;
import pond.common.json.Json;

final class SecretScanTest {
    private static final String ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    @TempDir
    Path temp = Path.of("");

    /** None of these is written out here, so that no scanner takes this file for a leak. */
    static Stream<Arguments> secrets() {
        return Stream.of(
                Arguments.of("aws-access-key-id", "AK" + "IA", random("ABCDEFGHJKLMNPQRSTUVWXYZ234567", 16)),
                Arguments.of("github-token", "gh" + "p_", random(ALPHANUMERIC, 36)),
                Arguments.of("github-fine-grained-token", "github" + "_pat_", random(ALPHANUMERIC, 82)),
                Arguments.of("gitlab-token", "gl" + "pat-", random(ALPHANUMERIC, 20)),
                Arguments.of("slack-token", "xo" + "xb-", random("0123456789", 12) + "-" + random(ALPHANUMERIC, 24)),
                Arguments.of("stripe-live-key", "sk" + "_live_", random(ALPHANUMERIC, 24)),
                Arguments.of("google-api-key", "AI" + "za", random(ALPHANUMERIC, 35)),
                Arguments.of("anthropic-api-key", "sk-" + "ant-", "api03-" + random(ALPHANUMERIC, 93)),
                Arguments.of("openai-api-key", "sk" + "-", "proj-" + random(ALPHANUMERIC, 80)),
                Arguments.of("npm-token", "np" + "m_", random(ALPHANUMERIC, 36)),
                Arguments.of("pypi-token", "py" + "pi-", "AgEIcHlwaS5vcmc" + random(ALPHANUMERIC, 80)),
                Arguments.of("sendgrid-api-key", "S" + "G.", random(ALPHANUMERIC, 22) + "." + random(ALPHANUMERIC, 43)),
                Arguments.of("digitalocean-token", "do" + "p_v1_", random("0123456789abcdef", 64)),
                Arguments.of("huggingface-token", "h" + "f_", random(ALPHANUMERIC, 34)));
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aTokenIsFoundAndNotRepeated(String rule, String prefix, String rest) throws Exception {
        String line = "  api_token: \"" + prefix + rest + "\"\n";
        Scanned tree = new Scanned(temp).with("conf/a.yaml", "x: 1\n" + line).with("b.txt", line + line);

        List<JsonNode> records = tree.run(BuiltinName.SECRET_SCAN);

        assertThat(Scanned.values(records, "rule", "path", "line", "column"))
                .containsExactly(rule + " b.txt 1 15", rule + " b.txt 2 15", rule + " conf/a.yaml 2 15");
        assertThat(Scanned.values(records, "preview")).allMatch(preview -> preview.endsWith("****"));
        assertThat(Scanned.values(records, "fingerprint")).allMatch(one -> one.matches("[0-9a-f]{12}"));
        assertThat(records.stream().map(record -> record.path("fingerprint")).distinct())
                .hasSize(1);
        assertThat(Json.write(records)).doesNotContain(rest).doesNotContain(rest.substring(rest.length() - 8));
    }

    @Test
    void keysUrlsAndAssignmentsAreFound() throws Exception {
        String password = random(ALPHANUMERIC, 12);
        String assigned = random(ALPHANUMERIC, 40);
        Scanned tree = new Scanned(temp)
                .with("id_rsa", "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nAAAA\n")
                .with("a.properties", "url=postgres://app:" + password + "@db.internal/app\n")
                .with("b.js", "const cfg = {client_secret: '" + assigned + "'};\n");

        List<JsonNode> records = tree.run(BuiltinName.SECRET_SCAN);

        assertThat(Scanned.values(records, "rule", "preview", "length"))
                .containsExactly(
                        "password-in-url **** 12",
                        "assigned-secret **** 40",
                        "private-key -----BEGIN OPENSSH " + "PRIVATE KEY----- 35");
        assertThat(Json.write(records)).doesNotContain(password).doesNotContain(assigned);
    }

    @Test
    void placeholdersAndOrdinaryTextAreNotReported() throws Exception {
        Scanned tree = new Scanned(temp).with("a.txt", """
                        AKIAIOSFODNN7EXAMPLE
                        ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                        url = "https://user:password@localhost/"
                        url = "https://${USER}:${PASSWORD}@localhost/"
                        url = "https://host:8080/path@2x.png"
                        password = "correct horse battery staple"
                        token = "your-token-goes-in-here-0"
                        secretName = "com.example.security.key1.provider"
                        tokenUrl: "https://login.host/oauth2/v1/token"
                        api_key = os.environ["API_KEY_OF_THE_SERVICE_1"]
                        -----BEGIN PUBLIC KEY-----
                        sk-learn and disk_live_reload_of_all_the_things_there
                        """);

        assertThat(tree.run(BuiltinName.SECRET_SCAN)).isEmpty();
    }

    @Test
    void linesMadeToSlowMatchingDownDoNot() throws Exception {
        Scanned tree = new Scanned(temp);
        for (String piece : List.of(
                "token", "://a:", "secret\"=", "secret = '", "sk-ant-a", "A".repeat(31) + "IA", "-----BEGIN ")) {
            tree.with("f" + piece.hashCode(), (piece.repeat(32 * 1024 / piece.length()) + "\n").repeat(20));
        }

        assertThat(tree.run(BuiltinName.SECRET_SCAN)).isEmpty();
    }

    private static String random(String alphabet, int length) {
        // A fixed seed: a random token could by chance repeat a character often enough to pass for a placeholder.
        Random random = new Random(length);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
