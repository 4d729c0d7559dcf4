package pond.server.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;
import pond.common.api.ArtifactList;
import pond.common.api.ArtifactView;
import pond.common.api.DeliveryList;
import pond.common.api.DeliveryView;
import pond.common.api.LogPage;
import pond.common.api.PreflightView;
import pond.common.api.RerunFrom;
import pond.common.api.RunDetails;
import pond.common.api.RunPage;
import pond.common.api.RunView;
import pond.common.api.UsageReport;
import pond.common.api.UsageView;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.json.Json;

/**
 * The API as methods. Each goes on trying for half a minute while the server is away, which no call minds: a submit
 * carries a key that makes its repetition the same run. Each throws {@link Refused} when the server refuses,
 * {@link Unreachable} when there is no answer that can be understood, and {@link FinalFailure} when what came is complete
 * and wrong, or cannot be written here. Blocking; safe to share between threads; closing it ends the calls that are under
 * way.
 */
public final class PondClient implements AutoCloseable {
    private static final MediaType JSON = MediaType.get("application/json");

    private final PondHttp http;

    public PondClient(PondHttp http) {
        this.http = http;
    }

    /** Submits a run; the body is as the API wants it. */
    public RunView submit(JsonNode body) throws IOException, InterruptedException {
        Request request = http.request(http.url("v1/runs"))
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .post(json(body))
                .build();
        return http.json(request, RunView.class);
    }

    /** What would stop or hamper such a run; makes none. */
    public PreflightView preflight(JsonNode body) throws IOException, InterruptedException {
        return http.json(
                http.request(http.url("v1/runs/preflight")).post(json(body)).build(), PreflightView.class);
    }

    /**
     * A page of runs, newest first.
     *
     * @param project empty: all that the token may see
     * @param statuses none: any
     * @param labels {@code KEY} or {@code KEY=VALUE}; all must hold
     * @param cursor where a page ended; null: from the newest on
     */
    public RunPage list(
            Optional<ProjectId> project, List<String> statuses, List<String> labels, int limit, @Nullable String cursor)
            throws IOException, InterruptedException {
        HttpUrl.Builder url = http.url("v1/runs").addQueryParameter("limit", String.valueOf(limit));
        project.ifPresent(id -> url.addQueryParameter("projectId", id.value()));
        statuses.forEach(status -> url.addQueryParameter("status", status));
        labels.forEach(label -> url.addQueryParameter("label", label));
        if (cursor != null) {
            url.addQueryParameter("cursor", cursor);
        }
        return get(url, RunPage.class);
    }

    /** A run and its stages, as they are. */
    public RunDetails run(RunId id) throws IOException, InterruptedException {
        return get(http.url("v1/runs/" + id), RunDetails.class);
    }

    /** The run once it has changed since a version, or as it is after a while. */
    public RunDetails runAfter(RunId id, long version, int waitSeconds) throws IOException, InterruptedException {
        return get(
                http.url("v1/runs/" + id)
                        .addQueryParameter("version", String.valueOf(version))
                        .addQueryParameter("wait", String.valueOf(waitSeconds)),
                RunDetails.class);
    }

    /** Log lines after a cursor; waits for some when there are none. */
    public LogPage logs(RunId id, long since, int waitSeconds) throws IOException, InterruptedException {
        return get(
                http.url("v1/runs/" + id + "/logs")
                        .addQueryParameter("since", String.valueOf(since))
                        .addQueryParameter("wait", String.valueOf(waitSeconds)),
                LogPage.class);
    }

    /** What the model calls of a run used. */
    public UsageView usage(RunId id) throws IOException, InterruptedException {
        return get(http.url("v1/runs/" + id + "/usage"), UsageView.class);
    }

    /** What a usage of many runs is about, each as the API wants it. */
    public record UsageQuery(
            List<String> by,
            @Nullable String since,
            @Nullable String until,
            Optional<ProjectId> project,
            List<String> labels) {}

    /** What the model calls of many runs used. */
    public UsageReport usage(UsageQuery query) throws IOException, InterruptedException {
        HttpUrl.Builder url = http.url("v1/usage");
        query.by().forEach(by -> url.addQueryParameter("by", by));
        Optional.ofNullable(query.since()).ifPresent(since -> url.addQueryParameter("since", since));
        Optional.ofNullable(query.until()).ifPresent(until -> url.addQueryParameter("until", until));
        query.project().ifPresent(id -> url.addQueryParameter("projectId", id.value()));
        query.labels().forEach(label -> url.addQueryParameter("label", label));
        return get(url, UsageReport.class);
    }

    /** What a run has left. */
    public ArtifactList artifacts(RunId id) throws IOException, InterruptedException {
        return get(http.url("v1/runs/" + id + "/artifacts"), ArtifactList.class);
    }

    /**
     * Fetches an artifact to {@code DIR/STAGE[/SUBSTAGE]/NAME}. The file appears when its bytes have the listed digest,
     * and never outside of the folder.
     */
    public Path download(RunId id, ArtifactView artifact, Path folder) throws IOException, InterruptedException {
        HttpUrl.Builder url = http.url("v1/runs/" + id + "/artifacts").addQueryParameter("stage", artifact.stage());
        List.of(artifact.name().value().split("/")).forEach(url::addPathSegment);
        if (artifact.substage() != null) {
            url.addQueryParameter("substage", artifact.substage());
        }
        Download download = new Download(artifact, folder);
        return http.send(http.request(url).build(), body -> download.write(body.byteStream()));
    }

    /** Asks for an end; answers with the run as it is then. */
    public RunView cancel(RunId id) throws IOException, InterruptedException {
        Request request = http.request(http.url("v1/runs/" + id + "/cancel"))
                .post(RequestBody.create(new byte[0], null))
                .build();
        return http.json(request, RunView.class);
    }

    /** Makes a new run from one that has ended. */
    public RunView rerun(RunId id, RerunFrom from) throws IOException, InterruptedException {
        Request request = http.request(http.url("v1/runs/" + id + "/rerun"))
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .post(json(JsonNodeFactory.instance.objectNode().put("from", from.toString())))
                .build();
        return http.json(request, RunView.class);
    }

    /** What became of the messages to a run's callback. */
    public DeliveryList deliveries(RunId id) throws IOException, InterruptedException {
        return get(deliveriesOf(id), DeliveryList.class);
    }

    /** Sends a message once more. It is asked for once: were the answer lost, a repetition would be refused. */
    public DeliveryView redeliver(RunId id, UUID delivery) throws IOException, InterruptedException {
        Request request = http.request(
                        deliveriesOf(id).addPathSegment(delivery.toString()).addPathSegment("redeliver"))
                .post(RequestBody.create(new byte[0], null))
                .build();
        return http.once(request, DeliveryView.class);
    }

    private HttpUrl.Builder deliveriesOf(RunId id) {
        return http.url("v1/runs/" + id + "/deliveries");
    }

    @Override
    public void close() {
        http.close();
    }

    private <T> T get(HttpUrl.Builder url, Class<T> type) throws IOException, InterruptedException {
        return http.json(http.request(url).build(), type);
    }

    private static RequestBody json(JsonNode body) {
        return RequestBody.create(Json.write(body), JSON);
    }
}
