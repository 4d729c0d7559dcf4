package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.common.json.Json;
import pond.common.protocol.WorkerHttp;
import pond.common.protocol.WorkerProtocol;
import pond.server.auth.TokenDigest;
import pond.testing.TestMachine;

/** A server without workers of its own, and workers that come over HTTP. */
class RemoteWorkerScenariosTest {
    private TestPond pond;

    @BeforeEach
    void start(@TempDir Path folder) {
        pond = TestPond.startWithoutWaiting(folder, "POND_LOCAL_EXECUTORS", "");
    }

    @AfterEach
    void stop() {
        pond.close();
    }

    @Test
    void aStageLivesItsWholeLifeOnARemoteWorker() {
        RemoteWorker worker = RemoteWorker.attached(pond, "far", "noop");
        String run = pond.service().submit(Body.of(Body.noop("make"), Body.noop("use")));

        JsonNode make = worker.leaseOne();
        assertThat(make.path("stage").asText()).isEqualTo("make");
        JsonNode logs = worker.post(
                        WorkerHttp.LOGS,
                        "{\"job\":%s,\"first\":1,\"lines\":[{\"at\":\"2026-01-01T00:00:00Z\",\"stream\":\"stdout\","
                                        .formatted(RemoteWorker.ref(make))
                                + "\"text\":\"hello\"}]}")
                .json();
        assertThat(logs.path("upTo").longValue()).isEqualTo(1);
        String sha256 = TokenDigest.of("result");
        assertThat(worker.put(make, "out/a.txt", bytes("result"), "6", sha256, "0")
                        .status())
                .isEqualTo(204);
        assertThat(worker.post(
                                WorkerHttp.PROGRESS,
                                "{\"job\":%s,\"done\":1,\"total\":2,\"message\":null}"
                                        .formatted(RemoteWorker.ref(make)))
                        .status())
                .isEqualTo(204);
        assertThat(refusal(worker.complete(make, 2, ""))).isEqualTo("409 incomplete");
        String produced = "{\"name\":\"out/a.txt\",\"sha256\":\"" + sha256 + "\"}";
        assertThat(worker.complete(make, 1, produced).status()).isEqualTo(204);
        assertThat(worker.complete(make, 1, produced).status()).as("a repeat").isEqualTo(204);

        JsonNode use = worker.leaseOne();
        assertThat(worker.get(use, WorkerHttp.INPUTS)
                        .json()
                        .at("/inputs/0/name")
                        .asText())
                .isEqualTo("out/a.txt");
        Client.Answer input = worker.get(use, WorkerHttp.INPUT + sha256);
        assertThat(input.body()).isEqualTo("result");
        assertThat(input.headers().firstValue("Content-Length")).contains("6");
        assertThat(refusal(worker.get(use, WorkerHttp.INPUT + TokenDigest.of("other"))))
                .isEqualTo("404 invalid");
        assertThat(refusal(worker.get(use, WorkerHttp.BUNDLE))).isEqualTo("404 invalid");
        assertThat(worker.complete(use, 0, "").status()).isEqualTo(204);

        assertThat(status(pond.service().end(run))).isEqualTo("done");
        assertThat(pond.service().log(run))
                .anySatisfy(line -> assertThat(line.path("line").asText()).isEqualTo("hello"));
        assertThat(worker.post(WorkerHttp.DETACH, "").status()).isEqualTo(204);
        assertThat(worker.post(WorkerHttp.DETACH, "").status()).as("a repeat").isEqualTo(204);
        assertThat(refusal(worker.post(WorkerHttp.LEASE_JOBS, "{\"freeSlots\":1,\"maxWait\":\"PT0S\"}")))
                .isEqualTo("409 unknown_worker");
    }

    @Test
    void aWaitingLeaseIsAnsweredAtOnceWhenAJobComes() throws Exception {
        RemoteWorker worker = RemoteWorker.attached(pond, "far", "noop");
        CompletableFuture<Client.Answer> call =
                worker.postLater(WorkerHttp.LEASE_JOBS, "{\"freeSlots\":1,\"maxWait\":\"PT50S\"}");

        pond.service().submit(Body.of(Body.noop("a")));

        assertThat(call.get(8, TimeUnit.SECONDS).json().path("jobs")).hasSize(1);
    }

    @Test
    void aLaterStartReplacesTheEarlierOneAndItsJobsAreLost() throws Exception {
        RemoteWorker worker = RemoteWorker.attached(pond, "far", "noop");
        String run = pond.service().submit(Body.of(Body.noop("a")));
        JsonNode job = worker.leaseOne();
        String earlier = worker.attachment;
        CompletableFuture<Client.Answer> renew = worker.postLater(
                WorkerHttp.RENEW,
                "{\"jobs\":[{\"job\":%s,\"cancelling\":false}],\"draining\":false,\"maxWait\":\"PT10S\"}"
                        .formatted(RemoteWorker.ref(job)));

        assertThat(worker.attach("far", "noop").status()).isEqualTo(200);

        assertThat(renew.get(8, TimeUnit.SECONDS).status()).isEqualTo(409);
        assertThat(worker.leaseOne().path("attempt").intValue()).isEqualTo(2);
        worker.attachment = earlier;
        assertThat(refusal(worker.complete(job, 0, ""))).isEqualTo("409 replaced");
        assertThat(refusal(worker.post(WorkerHttp.DETACH, ""))).isEqualTo("409 replaced");
        assertThat(status(pond.service().get("/v1/runs/" + run).json())).isEqualTo("running");
    }

    @Test
    void nobodyActsUnderTheAttachmentOfAnother() {
        RemoteWorker one = RemoteWorker.attached(pond, "one", "noop");
        RemoteWorker other = RemoteWorker.attached(pond, "other", "noop");
        pond.service().submit(Body.of(Body.noop("a")));
        JsonNode job = one.leaseOne();

        other.attachment = one.attachment;
        assertThat(refusal(other.complete(job, 0, ""))).isEqualTo("409 unknown_worker");
        other.attachment = "not an id";
        assertThat(refusal(other.complete(job, 0, ""))).isEqualTo("409 unknown_worker");
        assertThat(one.complete(job, 0, "").status()).isEqualTo(204);
    }

    @Test
    void aWorkerHasTheTagsOfItsCodeAndItsOwnButNoPoolOfItsOwn() {
        RemoteWorker worker = RemoteWorker.attached(pond, "far", "noop");

        assertThat(entry(worker).path("tags")).extracting(JsonNode::asText).containsExactly("own", "pool:trusted");
        assertThat(refusal(worker.client.post(WorkerHttp.ATTACH, RemoteWorker.offer("far", "noop", "fetch"))))
                .isEqualTo("422 invalid");
        for (int version : List.of(WorkerProtocol.LOWEST_VERSION - 1, WorkerProtocol.VERSION + 1)) {
            String offer = RemoteWorker.offer("far", "noop");
            assertThat(refusal(worker.client.post(
                            WorkerHttp.ATTACH, offer.replace("\"protocol\":1", "\"protocol\":" + version))))
                    .isEqualTo("426 upgrade_needed");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    /v1/worker/lease    | {"freeSlots":1}                                       | 422 invalid
                    /v1/worker/lease    | []                                                    | 422 invalid
                    /v1/worker/lease    | null                                                  | 422 invalid
                    /v1/worker/lease    | {"freeSlots":1,"maxWait":"tomorrow"}                  | 422 invalid
                    /v1/worker/lease    | nonsense                                              | 400 invalid
                    /v1/worker/renew    | {"jobs":[{}],"draining":false,"maxWait":"PT0S"}       | 422 invalid
                    /v1/worker/logs     | {"job":{"job":"x","leaseToken":"t"},"first":1,"lines":[]} | 422 invalid
                    /v1/worker/logs     | {"first":1,"lines":[]}                                | 422 invalid
                    /v1/worker/complete | {}                                                    | 422 invalid
                    /v1/worker/nothing  | {}                                                    | 404 invalid
                    """)
    void whatCannotBeReadIsRefusedByName(String path, String body, String refusal) {
        RemoteWorker worker = RemoteWorker.attached(pond, "far", "noop");

        assertThat(refusal(worker.post(path, body))).isEqualTo(refusal);
        assertThat(refusal(worker.client.post(WorkerHttp.LOGS, "{}")))
                .as("no attachment")
                .isEqualTo("422 invalid");
    }

    @Test
    void everyRefusalOfACodeLooksTheSame() {
        String used = RemoteWorker.code(pond, "").path("code").textValue();
        String pinned = RemoteWorker.code(pond, "\"fingerprint\":\"SHA256:" + "a".repeat(43) + "\"")
                .path("code")
                .textValue();
        JsonNode deleted = RemoteWorker.code(pond, "");
        Client.Answer gone = delete(
                pond.service(),
                "/v1/admin/pool/enrollment-codes/" + deleted.path("id").asText());
        assertThat(gone.status()).isEqualTo(204);
        String machine = Json.write(new TestMachine("a").enroll(used));
        assertThat(new Client(pond.url(), used).post(WorkerHttp.ENROLL, machine).status())
                .isEqualTo(200);
        assertThat(new Client(pond.url(), used).post(WorkerHttp.ENROLL, machine).status())
                .as("a repeat")
                .isEqualTo(200);

        String other = Json.write(new TestMachine("b").enroll(used));
        String unknown = new Client(pond.url(), "pond_ec_unknown")
                .post(WorkerHttp.ENROLL, other)
                .body();
        assertThat(unknown).contains("\"status\":403", "\"refusal\":\"unauthorized\"");
        for (String code : java.util.List.of(used, pinned, deleted.path("code").textValue(), "pond_pk_x")) {
            assertThat(new Client(pond.url(), code)
                            .post(WorkerHttp.ENROLL, other)
                            .body())
                    .isEqualTo(unknown);
        }
        assertThat(pond.service().get("/v1/admin/pool/enrollment-codes").body()).doesNotContain(used, pinned);
    }

    private JsonNode entry(RemoteWorker worker) {
        return PoolScenariosTest.entry(pond, worker.id);
    }

    static String refusal(Client.Answer answer) {
        return answer.status() + " " + answer.json().path("refusal").asText("none");
    }

    static Client.Answer delete(Client client, String path) {
        return client.send(client.request(path).DELETE().build());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
