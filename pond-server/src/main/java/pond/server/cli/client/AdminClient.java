package pond.server.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import pond.common.ids.ProjectId;
import pond.common.json.Json;

/**
 * The operators' registers, as trees of JSON: a command sends and prints them, and knows little more. Its calls may be
 * repeated, since a POST replaces what has its name; what makes something new each time goes by {@link #create}.
 * Paths are below {@code /v1/admin}. Fails as a {@link PondClient} does. Blocking; safe to share between threads.
 */
public final class AdminClient implements AutoCloseable {
    private static final MediaType JSON = MediaType.get("application/json");

    private final PondHttp http;

    public AdminClient(PondHttp http) {
        this.http = http;
    }

    /** What is at a path. */
    public JsonNode get(String path) throws IOException, InterruptedException {
        return http.json(http.request(url(path)).build(), JsonNode.class);
    }

    /** As {@link #get(String)}, about one project. */
    public JsonNode get(String path, Optional<ProjectId> project) throws IOException, InterruptedException {
        return http.json(http.request(url(path, project)).build(), JsonNode.class);
    }

    /** Sends a body, and gives the answer. */
    public JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
        return http.json(posting(path, body), JsonNode.class);
    }

    /** As {@link #post}, but never repeated. */
    public JsonNode create(String path, JsonNode body) throws IOException, InterruptedException {
        return http.once(posting(path, body), JsonNode.class);
    }

    /** A POST that has neither a body nor an answer. */
    public void order(String path) throws IOException, InterruptedException {
        Request request = http.request(url(path))
                .post(RequestBody.create(new byte[0], null))
                .build();
        http.send(request, body -> body.bytes().length);
    }

    /** Removes what is at a path, of one project where one is given. */
    public void delete(String path, Optional<ProjectId> project) throws IOException, InterruptedException {
        Request request = http.request(url(path, project)).delete().build();
        http.send(request, body -> body.bytes().length);
    }

    private Request posting(String path, JsonNode body) {
        return http.request(url(path))
                .post(RequestBody.create(Json.write(body), JSON))
                .build();
    }

    @Override
    public void close() {
        http.close();
    }

    private HttpUrl.Builder url(String path) {
        return http.url("v1/admin/" + path);
    }

    private HttpUrl.Builder url(String path, Optional<ProjectId> project) {
        HttpUrl.Builder url = url(path);
        project.ifPresent(id -> url.addQueryParameter("projectId", id.value()));
        return url;
    }
}
