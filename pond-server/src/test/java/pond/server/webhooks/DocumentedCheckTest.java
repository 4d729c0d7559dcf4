package pond.server.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks of a signature that the page of webhooks shows, as they stand there, also on what we have not signed. */
class DocumentedCheckTest {
    private static final String SECRET = "s3cret'with \"signs".replace(' ', '$');
    private static final String TIMESTAMP = "1767323045";
    private static final String BODY = "{\"event\":\"run.ended\",\"note\":\"ünïcode\"}";

    @TempDir
    private Path folder;

    private static String check(String first) throws IOException {
        try (InputStream in = Objects.requireNonNull(
                DocumentedCheckTest.class.getResourceAsStream("/docs/webhooks.md"), "the page")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String block = text.substring(text.indexOf(first));
            return block.substring(0, block.indexOf("```"));
        }
    }

    /** What a program prints, run in the folder with a body and these variables. */
    private String run(String body, String signature, String... command) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("body"), body);
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(Map.of("secret", SECRET, "timestamp", TIMESTAMP, "signature", signature));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output.strip();
    }

    private static void assumeInstalled(String program) {
        boolean found = Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
        Assumptions.assumeTrue(found, program + " is not installed");
    }

    private static String signature() {
        return Signature.of(SECRET, TIMESTAMP, BODY.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theShellCheckKnowsOursFromOthers() throws Exception {
        assumeInstalled("openssl");
        String script = check("hex=$(");

        assertThat(run(BODY, signature(), "sh", "-c", script)).isEqualTo("it is from pond");
        assertThat(run(BODY + " ", signature(), "sh", "-c", script)).isEmpty();
    }

    @Test
    void thePythonCheckKnowsOursFromOthersAndFromOldOnes() throws Exception {
        assumeInstalled("python3");
        String script = check("import hashlib") + """
                import os
                headers = {"Pond-Timestamp": os.environ["timestamp"], "Pond-Signature": os.environ["signature"]}
                body = open("body", "rb").read()
                sent = int(os.environ["timestamp"])
                print([is_from_pond(os.environ["secret"], headers, body, sent + late) for late in (0, 300, 301)])
                """;
        List<String> command = List.of("python3", "-c", script);

        assertThat(run(BODY, signature(), command.toArray(String[]::new))).isEqualTo("[True, True, False]");
        assertThat(run(BODY + " ", signature(), command.toArray(String[]::new))).isEqualTo("[False, False, False]");
    }
}
