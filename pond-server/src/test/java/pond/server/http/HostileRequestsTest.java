package pond.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import pond.common.ids.ArtifactName;
import pond.server.auth.AuthFilter;
import pond.server.auth.Authenticator;
import pond.server.errors.PondException;
import pond.testing.TestHttp;

/** Whatever a stranger sends, the answer is a refusal with a request id, and never a fault of the server. */
class HostileRequestsTest {
    private static final TestHttp HTTP = TestHttp.start((routes, answers) -> {
        new AuthFilter(new Authenticator(Optional.of("good-token"), digest -> Optional.empty())).register(routes);
        routes.get("/v1/things/{id}", ctx -> answers.json(ctx, 200, Map.of("id", ctx.pathParam("id"))));
        routes.get("/open/{id}/files/<name>", ctx -> {
            Params.of(ctx, "stage");
            ArtifactName name =
                    ArtifactName.parse(ctx.pathParam("name")).orElseThrow(() -> PondException.notFound("artifact"));
            answers.json(ctx, 200, List.of(name));
        });
    });

    @AfterContainer
    static void stop() {
        HTTP.close();
    }

    @Property(tries = 300)
    void authorizationHeaders(@ForAll("headerValues") String value) {
        String answer = get("/v1/things/1", "Authorization: " + value);

        assertThat(answer).containsPattern("^HTTP/1.1 40[013] ").contains("X-Request-Id: ", "problem+json");
    }

    @Property(tries = 300)
    void requestIds(@ForAll("headerValues") String value) {
        String answer = get("/open/1/files/x", "X-Request-Id: " + value);

        assertThat(answer).containsPattern("^HTTP/1.1 (200|400) ");
        assertThat(answer).containsPattern("X-Request-Id: [A-Za-z0-9._-]{1,128}\r\n");
    }

    @Property(tries = 500)
    void paths(@ForAll("paths") String path) {
        String answer = get(path, "Accept: */*");

        assertThat(answer)
                .containsPattern("^HTTP/1.1 (200|400|401|404|414|422) ")
                .contains("X-Request-Id: ");
        assertThat(answer).doesNotContain("[\"../", "/../", "\"..\"");
    }

    @Provide
    Arbitrary<String> headerValues() {
        Arbitrary<String> any = Arbitraries.strings()
                .withCharRange('\u0001', '\u00ff')
                .ofMaxLength(80)
                .map(text -> text.replace('\r', ' ').replace('\n', ' '));
        Arbitrary<String> nearly = Arbitraries.strings()
                .withChars("Bearer bEARER good-token\t,;=\"")
                .ofMaxLength(30)
                .filter(text -> !text.strip().equalsIgnoreCase("bearer good-token"));
        Arbitrary<String> long1 = Arbitraries.of("Bearer " + "x".repeat(513), "Bearer " + "x".repeat(9_000));
        return Arbitraries.oneOf(any, nearly, long1);
    }

    @Provide
    Arbitrary<String> paths() {
        Arbitrary<String> part = Arbitraries.oneOf(
                Arbitraries.of(
                        "/", "//", "..", ".", "%2e%2e", "%2F", "%00", "%", "%zz", "%ff", "%C3%A9", "?", "&", "=", "+",
                        "stage", ";", ";a=b", "{id}", "<name>", "\\", "|", "#", "*", "v1", "open", "files", "x.txt"),
                Arbitraries.strings().withCharRange('!', '\u00ff').ofMaxLength(4));
        Arbitrary<String> tail = part.list().ofMaxSize(8).map(parts -> String.join("", parts));
        return Arbitraries.of("/", "/v1/things/", "/open/1/files/", "/open/").flatMap(head -> tail.map(head::concat));
    }

    private static String get(String path, String header) {
        return HTTP.raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + "\r\n\r\n");
    }
}
