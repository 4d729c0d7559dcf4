package pond.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pond.common.json.Json;
import pond.testing.TestHttp;

class DocsHandlerTest {
    private final TestHttp http = TestHttp.start(
            (routes, answers) -> new DocsHandler(List.of("configuration", "webhooks", "not-written")).register(routes));

    @AfterEach
    void stop() {
        http.close();
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
    void commentsOfADocumentAreNotShown() {
        assertThat(http.get("/docs/webhooks.md").body()).startsWith("<!--");
        assertThat(http.get("/docs/webhooks").body())
                .doesNotContain("<!--", "&lt;!--")
                .contains("<title>Webhooks</title>");
    }

    @Test
    void onlyListedDocumentsAreServed() {
        assertThat(http.get("/docs/other").statusCode()).isEqualTo(404);
        assertThat(http.get("/docs/..%2Fdb%2Fpond%2F0001_create_keys.sql").statusCode())
                .isEqualTo(404);
        assertThat(http.get("/docs/not-written").statusCode()).isEqualTo(404);
    }

    @Test
    void theApiIsDescribedForPrograms() {
        HttpResponse<String> document = http.get("/openapi.json");

        assertThat(document.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(Json.readTree(document.body()).path("openapi").asText()).isEqualTo("3.1.0");
    }

    @Test
    void theApiIsDescribedForPeople() {
        assertThat(http.get("/docs").body()).contains("<a href=\"/docs/api\">The API, call by call</a>");
        assertThat(http.get("/docs/api").body())
                .contains("POST /v1/runs/{id}/cancel", "<a href=\"#rundetails\">RunDetails</a>", "id=\"rundetails\"")
                .doesNotContain("<script");
        assertThat(http.get("/docs/api.md").body())
                .contains("### GET /v1/runs/{id}", "| `finishedAt` | string or null (date-time) |  |")
                .contains("| `running[].stage` | string |")
                .contains("| `limit` | query | integer, 1 to 10000, by default 1000 |")
                .contains("one of them");
    }
}
