package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import pond.common.json.Json;
import pond.testing.DocPage;
import pond.testing.DocPage.Block;

/**
 * The README and every page of the documentation, as somebody reads them who does what they say: each command runs as it
 * stands ({@link DocSession}), and each definition would be accepted. {@link DocPage} has what a page may say to this test.
 *
 * <p>Without curl, jq, openssl, python3 and node the commands are skipped, or fail where {@code POND_DOCS_REQUIRED} is set.
 */
class DocumentationIT {
    private static final boolean REQUIRED =
            !System.getenv().getOrDefault("POND_DOCS_REQUIRED", "").isEmpty();
    private static final List<DocPage> PAGES = DocPage.all();

    /** For definitions whose stages need one. */
    private static final String SOURCES =
            "\"sources\":[{\"label\":\"a\",\"kind\":\"inline\",\"config\":{\"files\":{\"a\":\"b\"}}}]";

    @TempDir
    private static Path folder;

    private static TestPond pond;
    private static ExecutorService sessions;

    @BeforeAll
    static void start() {
        pond = TestPond.start(folder.resolve("state"));
        sessions = Executors.newFixedThreadPool(3);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        sessions.shutdownNow();
        assertThat(sessions.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        pond.close();
    }

    @TestFactory
    Stream<DynamicTest> everyCommandDoesWhatThePageSays() throws IOException, InterruptedException {
        for (String program : List.of("setsid", "curl", "jq", "openssl", "python3", "node")) {
            boolean installed = new ProcessBuilder("bash", "-c", "command -v " + program)
                            .start()
                            .waitFor()
                    == 0;
            assertThat(installed || !REQUIRED)
                    .as("POND_DOCS_REQUIRED is set, so %s must be there", program)
                    .isTrue();
            Assumptions.assumeTrue(installed, program + " is not installed, so no command of the documentation is run");
        }
        List<DocPage> pages = PAGES.stream().filter(DocPage::isRun).toList();
        List<Future<Void>> running =
                pages.stream().map(page -> sessions.submit(() -> run(page))).toList();
        return IntStream.range(0, pages.size())
                .mapToObj(i -> DynamicTest.dynamicTest(
                        pages.get(i).name(), () -> running.get(i).get()));
    }

    private static Void run(DocPage page) throws IOException, InterruptedException {
        Path own = Files.createDirectory(folder.resolve(page.name()));
        Path work = DocSession.folder(own);
        Optional<Map<String, String>> settings = page.server(work);
        if (settings.isEmpty()) {
            DocSession.run(page, own, Map.of());
            return null;
        }
        String[] all = settings.get().entrySet().stream()
                .flatMap(setting -> Stream.of(setting.getKey(), setting.getValue()))
                .toArray(String[]::new);
        try (TestPond server = TestPond.start(work.resolve(".pond-state"), all)) {
            DocSession.run(
                    page,
                    own,
                    Map.of(
                            "POND",
                            server.url().toString(),
                            "POND_SERVICE_TOKEN",
                            server.service().token()));
        }
        return null;
    }

    /** JSON in a page is JSON, and YAML is YAML; and what is, or is a part of, a submit would be accepted. */
    @TestFactory
    Stream<DynamicTest> everyDefinitionWouldBeAccepted() {
        return PAGES.stream()
                .flatMap(page -> page.blocks().stream()
                        .filter(block -> Set.of("json", "yaml").contains(block.language()))
                        .map(block ->
                                DynamicTest.dynamicTest(page.name() + ":" + block.line(), () -> isAccepted(block))));
    }

    private static void isAccepted(Block block) throws IOException {
        for (JsonNode document : documents(block)) {
            Optional<String> body = submit(document);
            if (body.isPresent()) {
                JsonNode answer =
                        pond.service().post("/v1/runs/preflight", body.get()).json();
                assertThat(answer.path("ok").asBoolean())
                        .as(answer.toPrettyString())
                        .isTrue();
            }
        }
    }

    /** One, or records of which each has a line. */
    private static List<JsonNode> documents(Block block) throws IOException {
        if (block.language().equals("yaml")) {
            return List.of(new YAMLMapper().readTree(block.text()));
        }
        List<String> lines = block.text().strip().lines().toList();
        boolean records = lines.stream().allMatch(line -> line.matches("\\{.*}"));
        return records ? lines.stream().map(Json::readTree).toList() : List.of(Json.readTree(block.text()));
    }

    /** The body of a submit with this in its place; nothing when it belongs to none. */
    private static Optional<String> submit(JsonNode json) {
        ObjectNode body = (ObjectNode) Json.readTree(Body.with(SOURCES, Body.noop("a")));
        if (json.has("definition")) {
            return Optional.of(Json.write(json));
        } else if (json.has("stages")) {
            return Optional.of(Json.write(body.set("definition", json)));
        } else if (json.has("executor")) {
            return Optional.of(Body.with(SOURCES, Json.write(json)));
        } else if (json.has("profile")) {
            return Optional.of(Body.of(Body.stage(
                    "a", "{\"kind\":\"shell\",\"argv\":[\"true\"],\"sandbox\":%s}".formatted(Json.write(json)))));
        } else if (json.has("budget")) {
            ((ObjectNode) body.path("definition")).setAll((ObjectNode) json);
            return Optional.of(Json.write(body));
        } else if (json.has("sources") || json.has("callback")) {
            return Optional.of(Json.write(body.setAll((ObjectNode) json)));
        }
        return Optional.empty();
    }

    @Test
    void everyPageIsServedAndTheReadmeNamesIt() {
        String index = pond.service().get("/docs", "Accept", "text/markdown").body();
        String readme = PAGES.get(0).text();

        assertThat(PAGES.stream().skip(1).map(DocPage::name)).allSatisfy(name -> {
            assertThat(index).contains("(/docs/" + name + ")");
            assertThat(readme).contains("](pond-server/src/main/resources/docs/" + name + ")");
        });
    }
}
