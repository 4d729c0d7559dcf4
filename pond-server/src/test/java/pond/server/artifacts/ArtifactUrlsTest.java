package pond.server.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.artifacts.TestArtifacts.producer;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import pond.common.ids.ArtifactName;
import pond.common.ids.RunId;
import pond.testing.TestDatabase;
import pond.testing.TestHttp;
import pond.testing.TestRuns;

class ArtifactUrlsTest {
    private static final TestRuns runs = new TestRuns();
    private static final RunId run = runs.add("mine");
    private static final RunId empty = runs.add("mine");
    private static final TestArtifacts artifacts = new TestArtifacts(TestDatabase.newFolder());
    private static final TestHttp http = TestHttp.start((routes, answers) -> {
        runs.authenticate(routes);
        new ArtifactHandler(artifacts.service, runs.access(), id -> Optional.empty(), answers).register(routes);
    });

    static {
        artifacts.put(producer(run, 0, "scan"), "known", "0123456789");
    }

    @AfterContainer
    static void close() {
        http.close();
        artifacts.close();
    }

    @Property(tries = 150)
    void everyNameThatAStageMayGiveCanBeFetched(@ForAll("names") ArtifactName name) {
        artifacts.put(producer(run, 1, "make"), name.value(), "bytes of " + name);

        HttpResponse<String> answer = get(run, encoded(name.value()));

        assertThat(answer.statusCode()).as(encoded(name.value())).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("bytes of " + name);
        assertThat(answer.headers().firstValue("Content-Disposition"))
                .get()
                .asString()
                .matches("attachment; filename=\"[ -~&&[^\"\\\\]]+\"; filename\\*=UTF-8''[!-~]+");
    }

    @Property(tries = 300)
    void noPathFindsWhatNoStageHasProduced(@ForAll("paths") String path) {
        HttpResponse<String> answer = get(empty, path);

        if (answer.statusCode() == 200) {
            assertThat(answer.body()).as(path).isEqualTo("{\"artifacts\":[]}");
        } else {
            assertThat(answer.statusCode()).as(path).isBetween(400, 499);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        }
    }

    @Example
    void whatOneRunHasIsNotFoundInAnother() {
        assertThat(get(run, "known").statusCode()).isEqualTo(200);
        assertThat(get(empty, "known").statusCode()).isEqualTo(404);
    }

    @Property(tries = 300)
    void noRangeHeaderBreaksTheAnswerOrItsBytes(@ForAll("ranges") String range) {
        HttpResponse<String> answer =
                http.get("/v1/runs/" + run + "/artifacts/known", "Authorization", TestRuns.MINE, "Range", range);

        assertThat(answer.statusCode()).as(range).isIn(200, 206, 416);
        if (answer.statusCode() != 416) {
            int start = answer.headers()
                    .firstValue("Content-Range")
                    .map(header -> Integer.parseInt(header.substring("bytes ".length(), header.indexOf('-'))))
                    .orElse(0);
            assertThat("0123456789".startsWith(answer.body(), start)).isTrue();
        }
    }

    @Provide
    Arbitrary<ArtifactName> names() {
        Arbitrary<String> parts = Arbitraries.oneOf(
                Arbitraries.strings().withCharRange(' ', '~').ofMinLength(1).ofMaxLength(12),
                Arbitraries.strings().ofMinLength(1).ofMaxLength(5),
                Arbitraries.of("100%", "a b", "ü€😀", "%2e%2e", "a;b=c", "what?", "#1", "+", "known", "~", "..."));
        return parts.list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(all -> ArtifactName.parse(String.join("/", all)))
                .filter(java.util.Optional::isPresent)
                .map(java.util.Optional::get);
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of(
                        "/",
                        "//",
                        ".",
                        "..",
                        "%2e",
                        "%2E%2e",
                        "%2f",
                        "%5c",
                        "%00",
                        "%0d%0a",
                        "%ff",
                        "%c0%ae",
                        ";",
                        ";x=/../",
                        "etc",
                        "passwd",
                        "pond.db",
                        "incoming",
                        "%25",
                        "%252e",
                        "*",
                        "%20",
                        "%7f",
                        "\u00e9")
                .list()
                .ofMinSize(1)
                .ofMaxSize(7)
                .map(parts -> String.join("", parts).replace("\u00e9", "%e9"));
    }

    @Provide
    Arbitrary<String> ranges() {
        return Arbitraries.of(
                        "bytes", "=", "-", ",", "0", "1", "5", "9", "10", "99999999999999999999", " ", "x", "bytes=")
                .list()
                .ofMaxSize(6)
                .map(parts -> String.join("", parts))
                .flatMap(tail -> Arbitraries.of("bytes=" + tail, "x" + tail));
    }

    private static HttpResponse<String> get(RunId of, String path) {
        return http.get("/v1/runs/" + of + "/artifacts/" + path, "Authorization", TestRuns.MINE);
    }

    /** All but letters and digits escaped, part by part. */
    private static String encoded(String name) {
        return Arrays.stream(name.split("/", -1)).map(ArtifactUrlsTest::part).collect(Collectors.joining("/"));
    }

    private static String part(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0 && Character.isLetterOrDigit(b)) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(String.format("%02X", b));
            }
        }
        return encoded.toString();
    }
}
