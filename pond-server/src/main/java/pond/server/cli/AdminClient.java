package pond.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import pond.common.ids.ProjectId;
import pond.common.json.Json;

/**
 * The operators' registers, as trees of JSON: a command sends and prints them, and knows little more. Each call may be
 * repeated, since a POST replaces what has its name. Blocking.
 */
final class AdminClient implements AutoCloseable {
    private static final MediaType JSON = MediaType.get("application/json");

    private final PondHttp http;

    /** @throws IllegalArgumentException when the URL cannot be used */
    AdminClient(URI server, String token, boolean insecureHttp) {
        this.http = new PondHttp(server, token, insecureHttp);
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return http.json(http.request(url(path)).build(), JsonNode.class);
    }

    /** As {@link #get(String)}, about one project. */
    JsonNode get(String path, Optional<ProjectId> project) throws IOException, InterruptedException {
        return http.json(http.request(url(path, project)).build(), JsonNode.class);
    }

    JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
        Request request = http.request(url(path))
                .post(RequestBody.create(Json.write(body), JSON))
                .build();
        return http.json(request, JsonNode.class);
    }

    void delete(String path, Optional<ProjectId> project) throws IOException, InterruptedException {
        Request request = http.request(url(path, project)).delete().build();
        http.send(request, body -> body.bytes().length);
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
