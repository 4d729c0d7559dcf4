package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.stageStatus;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sources of runs that are made from others: fetched again, or not, and with which secrets. */
class RerunSourcesTest {
    private static final String SECRET = "signature-6f1c2a9b";

    @TempDir
    private Path folder;

    private TestPond pond;
    private Client client;
    private HttpServer archives;
    private final AtomicInteger downloads = new AtomicInteger();
    private volatile String text = "first";

    @BeforeEach
    void start() throws IOException {
        archives = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        archives.createContext("/a.tar", exchange -> {
            boolean allowed = ("sig=" + SECRET).equals(exchange.getRequestURI().getQuery());
            byte[] bytes = allowed ? tar(text) : new byte[0];
            downloads.addAndGet(allowed ? 1 : 0);
            exchange.sendResponseHeaders(allowed ? 200 : 403, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        archives.start();
        pond = TestPond.start(
                folder.resolve("state"),
                "POND_LOCAL_SOURCE_ROOT",
                Files.createDirectory(folder.resolve("sources")).toString(),
                "POND_SOURCE_ALLOWED_HOSTS",
                "127.0.0.1");
        client = pond.service();
    }

    @AfterEach
    void stop() {
        pond.close();
        archives.stop(0);
    }

    @Test
    void aBundleThatIsKeptIsReusedAndOneThatIsGoneIsMadeAgain() throws IOException {
        String first = failed("{\"label\":\"app\",\"kind\":\"inline\",\"config\":{\"files\":{\"text\":\"inline\"}}}");
        JsonNode before = client.get("/v1/runs/" + first).json();

        JsonNode kept = end(first, "failed");
        assertThat(stage(kept, "_fetch").path("reusedFrom").asText()).isEqualTo(first);
        assertThat(kept.at("/run/sources")).as("with what each was resolved to").isEqualTo(before.at("/run/sources"));
        assertThat(client.printed(kept.at("/run/id").asText(), "two")).containsExactly("inline");

        removeBundles();
        JsonNode gone = end(first, "failed");
        assertThat(status(gone)).as(gone.toString()).isEqualTo("done");
        assertThat(stage(gone, "_fetch").path("reusedFrom").isNull()).isTrue();
        assertThat(stage(gone, "one").path("reusedFrom").asText()).isEqualTo(first);
        assertThat(client.printed(gone.at("/run/id").asText(), "two")).containsExactly("inline");
        assertThat(gone.at("/run/sources")).isEqualTo(before.at("/run/sources"));
    }

    @Test
    void secretsAreSealedAnewAndNeverShown() throws IOException {
        String first = failed(tarball());
        assertThat(downloads).hasValue(1);

        JsonNode again = end(first, "start");

        assertThat(status(again)).as(again.toString()).isEqualTo("done");
        assertThat(downloads).hasValue(2);
        JsonNode third = end(again.at("/run/id").asText(), "start");
        assertThat(status(third)).isEqualTo("done");
        assertThat(downloads).hasValue(3);
        for (JsonNode run : List.of(again, third)) {
            String id = run.at("/run/id").asText();
            assertThat(run.at("/run/sources/0/config/url").asText()).endsWith("?***");
            assertThat(Stream.of(run, client.log(id), client.get("/v1/runs").json())
                            .map(Object::toString))
                    .noneMatch(shown -> shown.contains(SECRET));
        }
    }

    @Test
    void aRepeatedFetchIsHeldToWhatTheDoneStagesSaw() throws IOException {
        String first = failed(tarball());
        removeBundles();
        assertThat(status(end(first, "failed"))).isEqualTo("done");

        text = "second";
        removeBundles();
        JsonNode changed = end(first, "failed");
        assertThat(changed.at("/run/error/code").asText()).isEqualTo("source_digest_mismatch");
        assertThat(List.of(stageStatus(changed, "_fetch"), stageStatus(changed, "one"), stageStatus(changed, "two")))
                .containsExactly("failed", "done", "skipped");

        // The failed fetch has resolved nothing; what it was held to is remembered.
        String id = changed.at("/run/id").asText();
        assertThat(end(id, "failed").at("/run/error/code").asText()).isEqualTo("source_digest_mismatch");
        text = "first";
        JsonNode mended = end(id, "failed");
        assertThat(client.printed(mended.at("/run/id").asText(), "two")).containsExactly("first");
        assertThat(stage(mended, "one").path("reusedFrom").asText()).isEqualTo(first);

        text = "second";
        JsonNode anew = end(id, "start");
        assertThat(client.printed(anew.at("/run/id").asText(), "two"))
                .as("from the start nothing is held")
                .containsExactly("second");
    }

    @Test
    void aFolderIsReadAsItIsAndTheLogSaysSo() throws IOException {
        Path file = Files.writeString(folder.resolve("sources/text"), "first");
        String first = failed("{\"label\":\"app\",\"kind\":\"folder\",\"config\":{\"path\":\".\"}}");
        removeBundles();
        Files.writeString(file, "second");

        JsonNode again = end(first, "failed");

        String id = again.at("/run/id").asText();
        assertThat(client.printed(id, "two")).containsExactly("second");
        assertThat(client.log(id))
                .anySatisfy(line -> assertThat(line.path("line").asText())
                        .startsWith("source 'app' is not what it was in the run"));
    }

    /** A run whose second stage failed; it would not again. */
    private String failed(String source) throws IOException {
        Path flag = folder.resolve("flag");
        Files.deleteIfExists(flag);
        String run = client.submit(Body.with(
                "\"sources\":[" + source + "]",
                Body.shell("one", "cat text > $POND_OUTPUT_DIR/seen"),
                Body.shell("two", "[ -f " + flag + " ] || exit 3; cat text; [ -s $POND_INPUT_DIR/seen ]")));
        assertThat(stageStatus(client.end(run), "two")).isEqualTo("failed");
        Files.createFile(flag);
        return run;
    }

    private String tarball() {
        return "{\"label\":\"app\",\"kind\":\"tarball\",\"config\":{\"url\":\"http://127.0.0.1:%d/a.tar?sig=%s\"}}"
                .formatted(archives.getAddress().getPort(), SECRET);
    }

    private JsonNode end(String run, String from) {
        Client.Answer answer = client.post("/v1/runs/" + run + "/rerun", "{\"from\":\"" + from + "\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return client.end(answer.json().path("id").asText());
    }

    /** As housekeeping does some minutes after a run has ended. */
    private void removeBundles() throws IOException {
        try (Stream<Path> bundles = Files.list(folder.resolve("state/bundles"))) {
            List<Path> all = bundles.toList();
            assertThat(all).isNotEmpty();
            for (Path bundle : all) {
                Files.delete(bundle);
            }
        }
    }

    private static byte[] tar(String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            TarArchiveEntry entry = new TarArchiveEntry("text");
            entry.setModTime(0);
            entry.setSize(content.length);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
