package pond.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pond.common.api.HealthView;
import pond.testing.TestHttp;

class HealthAndDocsTest {
    private volatile Optional<String> fault = Optional.empty();
    private final TestHttp http = TestHttp.start((routes, answers) -> {
        List<ReadyCheck> checks = List.of(new ReadyCheck("database", () -> fault), new ReadyCheck("odd", () -> {
            if (fault.isPresent()) {
                throw new IllegalStateException("/secret/path");
            }
            return Optional.empty();
        }));
        new HealthHandler(answers, new HealthView("ok", "staging", "1.2.3"), checks).register(routes);
        new DocsHandler(List.of("configuration", "not-written")).register(routes);
    });

    @AfterEach
    void stop() {
        http.close();
    }

    @Test
    void healthNeedsNothing() {
        assertThat(http.get("/health").body())
                .isEqualTo("{\"status\":\"ok\",\"label\":\"staging\",\"version\":\"1.2.3\"}");
    }

    @Test
    void readyNamesEachCheckAndIsUnavailableWhenOneFails() {
        assertThat(http.get("/health/ready").body())
                .isEqualTo("{\"ready\":true,\"checks\":{\"database\":\"ok\",\"odd\":\"ok\"}}");

        fault = Optional.of("the queue is full");
        HttpResponse<String> response = http.get("/health/ready");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        assertThat(response.body())
                .isEqualTo("{\"ready\":false,\"checks\":{\"database\":\"the queue is full\","
                        + "\"odd\":\"the check failed\"}}");
    }

    @Test
    void docsAreListedAndShownAsPagesThatRunNothing() {
        HttpResponse<String> index = http.get("/docs");
        HttpResponse<String> page = http.get("/docs/configuration");

        assertThat(index.body())
                .contains("<a href=\"/docs/configuration\">Configuration</a>")
                .doesNotContain("not-written");
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=utf-8");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'; style-src 'sha256-");
        assertThat(page.body()).contains("<title>Configuration</title>", "<table>", "<code>POND_PORT</code>");
        assertThat(page.body()).doesNotContain("<script");
    }

    @Test
    void docsAreMarkdownForThoseWhoWantIt() {
        assertThat(http.get("/docs/configuration.md").body()).startsWith("# Configuration");
        HttpResponse<String> accepted = http.get("/docs/configuration", "Accept", "text/markdown");
        assertThat(accepted.body()).startsWith("# Configuration");
        assertThat(accepted.headers().firstValue("Content-Type")).contains("text/markdown; charset=utf-8");
    }

    @Test
    void onlyListedDocumentsAreServed() {
        assertThat(http.get("/docs/other").statusCode()).isEqualTo(404);
        assertThat(http.get("/docs/..%2Fdb%2Fpond%2F0001_create_keys.sql").statusCode())
                .isEqualTo(404);
        assertThat(http.get("/docs/not-written").statusCode()).isEqualTo(404);
    }
}
