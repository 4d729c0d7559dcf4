package pond.server.cli.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;
import pond.common.api.KeyList;
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;
import pond.common.json.Json;

/** Project keys of a server. Fails as a {@link PondClient} does. Blocking; safe to share between threads. */
public final class KeyClient implements AutoCloseable {
    private static final MediaType JSON = MediaType.get("application/json");

    private final PondHttp http;

    public KeyClient(PondHttp http) {
        this.http = http;
    }

    /** Makes a key; there is one try, as a second one could leave a key that nobody has. */
    public KeyView mint(ProjectId project, @Nullable String name, @Nullable Instant expiresAt)
            throws IOException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("projectId", project.value());
        if (name != null) {
            body.put("name", name);
        }
        if (expiresAt != null) {
            body.put("expiresAt", expiresAt.toString());
        }
        Request request = http.request(url())
                .post(RequestBody.create(Json.write(body), JSON))
                .build();
        return http.once(request, KeyView.class);
    }

    /** Those of a project, or all, oldest first: page after page to the last. */
    public List<KeyView> list(Optional<ProjectId> project) throws IOException, InterruptedException {
        List<KeyView> all = new ArrayList<>();
        String next = null;
        do {
            HttpUrl.Builder url = url();
            project.ifPresent(id -> url.addQueryParameter("projectId", id.value()));
            if (next != null) {
                url.addQueryParameter("cursor", next);
            }
            KeyList page = http.json(http.request(url).build(), KeyList.class);
            all.addAll(page.keys());
            next = page.next();
        } while (next != null);
        return all;
    }

    /** Ends a key for good. */
    public void revoke(UUID id) throws IOException, InterruptedException {
        Request request =
                http.request(url().addPathSegment(id.toString())).delete().build();
        http.send(request, body -> body.bytes().length);
    }

    @Override
    public void close() {
        http.close();
    }

    private HttpUrl.Builder url() {
        return http.url("v1/keys");
    }
}
