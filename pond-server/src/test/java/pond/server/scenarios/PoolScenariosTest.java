package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.RemoteWorkerScenariosTest.delete;
import static pond.server.scenarios.RemoteWorkerScenariosTest.refusal;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.protocol.WorkerHttp;

/** What an operator sees of the workers, and does with them. */
class PoolScenariosTest {
    private static final String RENEW = "{\"jobs\":[%s],\"draining\":false,\"maxWait\":\"PT10S\"}";
    private static final String LEASE = "{\"freeSlots\":1,\"maxWait\":\"PT10S\"}";

    @TempDir
    private Path folder;

    private TestPond pond;

    @BeforeEach
    void start() {
        pond = TestPond.startWithoutWaiting(folder, "POND_LOCAL_EXECUTORS", "");
    }

    @AfterEach
    void stop() {
        pond.close();
    }

    static JsonNode entry(TestPond pond, String id) {
        for (JsonNode worker :
                pond.service().get("/v1/admin/pool/workers").json().path("workers")) {
            if (worker.path("id").asText().equals(id)) {
                return worker;
            }
        }
        throw new AssertionError("no worker " + id);
    }

    @Test
    void theListTellsEverythingAboutAWorker() {
        RemoteWorker worker = RemoteWorker.enrolled(pond, "far");
        assertThat(entry(pond, worker.id).path("state").asText()).isEqualTo("never");
        worker.attach("far", "noop");
        String run = pond.service().submit(Body.of(Body.noop("a")));
        JsonNode job = worker.leaseOne();

        JsonNode entry = entry(pond, worker.id);

        assertThat(entry.path("state").asText()).isEqualTo("attached");
        assertThat(entry.path("slots").intValue()).isEqualTo(2);
        assertThat(entry.path("fingerprint").asText()).startsWith("SHA256:");
        assertThat(entry.at("/executors/0").asText()).isEqualTo("noop");
        assertThat(entry.at("/running/0/run").asText()).isEqualTo(run);
        assertThat(entry.at("/running/0/stage").asText()).isEqualTo("a");
        assertThat(entry.at("/running/0/job")).isEqualTo(job.path("id"));
        assertThat(entry.path("paused").isNull()).isTrue();
        String paused = "{\"jobs\":[],\"draining\":false,\"maxWait\":\"PT0S\",\"paused\":\"no room\"}";
        assertThat(worker.post(WorkerHttp.RENEW, paused).status()).isEqualTo(200);
        assertThat(entry(pond, worker.id).path("paused").asText()).isEqualTo("no room");
        assertThat(worker.post(WorkerHttp.LEASE_JOBS, "{\"freeSlots\":1,\"maxWait\":\"PT0S\"}")
                        .status())
                .isEqualTo(200);
        assertThat(entry(pond, worker.id).path("paused").isNull()).isTrue();
        worker.post(WorkerHttp.DETACH, "");
        assertThat(entry(pond, worker.id).path("state").asText()).isEqualTo("detached");
        JsonNode all = pond.service().get("/v1/admin/pool/workers").json().path("workers");
        assertThat(all).extracting(one -> one.path("name").asText()).containsExactly("far", "fetch");
    }

    @Test
    void aDrainedWorkerIsToldAtOnceTakesNothingNewAndComesBackWhenItIsStartedAgain() throws Exception {
        RemoteWorker worker = RemoteWorker.attached(pond, "far", "noop");
        String first = pond.service().submit(Body.of(Body.noop("a")));
        JsonNode job = worker.leaseOne();
        CompletableFuture<Client.Answer> renew = worker.postLater(WorkerHttp.RENEW, RENEW.formatted(held(job)));
        CompletableFuture<Client.Answer> lease = worker.postLater(WorkerHttp.LEASE_JOBS, LEASE);

        assertThat(drain(worker).status()).isEqualTo(204);

        assertThat(renew.get(8, TimeUnit.SECONDS).json().path("drain").booleanValue())
                .isTrue();
        assertThat(lease.get(8, TimeUnit.SECONDS).json().path("jobs")).isEmpty();
        String second = pond.service().submit(Body.of(Body.noop("b")));
        assertThat(worker.complete(job, 0, "").status()).isEqualTo(204);
        assertThat(Client.status(pond.service().end(first))).isEqualTo("done");
        JsonNode waiting = pond.service().get("/v1/runs/" + second).json().at("/stages/0/waiting");
        assertThat(waiting.path("code").asText()).isEqualTo("no_capable_worker");
        assertThat(waiting.path("message").asText()).contains("'far'", "draining");
        assertThat(drain(worker).status()).as("a repeat").isEqualTo(204);

        pond.close();
        pond = TestPond.startWithoutWaiting(folder, "POND_LOCAL_EXECUTORS", "");
        assertThat(entry(pond, worker.id).path("state").asText()).isEqualTo("draining");
        RemoteWorker again = worker.at(pond);
        again.attach("far", "noop");
        assertThat(again.leaseOne().path("stage").asText()).isEqualTo("b");
    }

    @Test
    void aRevokedWorkerIsRefusedFromThatMomentOnAndItsJobsAreLost() throws Exception {
        RemoteWorker worker = RemoteWorker.attached(pond, "far", "noop");
        String run = pond.service().submit(Body.of(Body.noop("a")));
        JsonNode job = worker.leaseOne();
        CompletableFuture<Client.Answer> renew = worker.postLater(WorkerHttp.RENEW, RENEW.formatted(held(job)));
        CompletableFuture<Client.Answer> lease = worker.postLater(WorkerHttp.LEASE_JOBS, LEASE);

        assertThat(delete(pond.service(), "/v1/admin/pool/workers/" + worker.id).status())
                .isEqualTo(204);

        assertThat(renew.get(8, TimeUnit.SECONDS).status()).isIn(403, 409);
        assertThat(lease.get(8, TimeUnit.SECONDS).status()).isIn(200, 403, 409);
        assertThat(refusal(worker.complete(job, 0, ""))).isEqualTo("403 unauthorized");
        assertThat(refusal(worker.attach("far", "noop"))).isEqualTo("403 unauthorized");
        assertThat(pond.service()
                        .get("/v1/runs/" + run)
                        .json()
                        .at("/stages/0/status")
                        .asText())
                .isEqualTo("queued");
        assertThat(delete(pond.service(), "/v1/admin/pool/workers/" + worker.id).status())
                .isEqualTo(404);
        assertThat(pond.service().get("/v1/admin/pool/workers").body()).doesNotContain(worker.id);
    }

    @Test
    void whatCannotBeDrainedIsSaid() {
        RemoteWorker worker = RemoteWorker.enrolled(pond, "far");
        String local = "";
        for (JsonNode one : pond.service().get("/v1/admin/pool/workers").json().path("workers")) {
            local = one.path("local").booleanValue() ? one.path("id").asText() : local;
        }

        assertThat(drain(worker).status()).as("never attached").isEqualTo(409);
        assertThat(pond.service()
                        .post("/v1/admin/pool/workers/" + local + "/drain", "")
                        .status())
                .isEqualTo(409);
        assertThat(delete(pond.service(), "/v1/admin/pool/workers/" + local).status())
                .isEqualTo(409);
        assertThat(pond.service().post("/v1/admin/pool/workers/no-id/drain", "").status())
                .isEqualTo(404);
    }

    @Test
    void whatOperatorsDoToThePoolIsInTheAuditTrail() {
        RemoteWorker worker = RemoteWorker.attached(pond, "far", "noop");
        String code = pond.service()
                .post("/v1/admin/pool/enrollment-codes", "{}")
                .json()
                .path("id")
                .asText();

        delete(pond.service(), "/v1/admin/pool/enrollment-codes/" + code);
        drain(worker);
        delete(pond.service(), "/v1/admin/pool/workers/" + worker.id);
        delete(pond.service(), "/v1/admin/pool/workers/" + worker.id);

        List<String> entries = new ArrayList<>();
        for (JsonNode entry :
                pond.service().get("/v1/admin/audit?limit=5").json().path("entries")) {
            assertThat(entry.path("actor").asText()).isEqualTo("service");
            assertThat(entry.path("requestId").asText()).isNotEmpty();
            entries.add(
                    entry.path("action").asText() + " " + entry.path("subject").asText());
        }
        assertThat(entries)
                .startsWith(
                        "worker.revoke " + worker.id,
                        "worker.drain " + worker.id,
                        "enrollment_code.delete " + code,
                        "enrollment_code.create " + code)
                .element(4)
                .asString()
                .startsWith("enrollment_code.create ")
                .doesNotContain("pond_ec_");
    }

    @Test
    void mistakesInACodeAreAllNamed() {
        Client.Answer answer =
                pond.service().post("/v1/admin/pool/enrollment-codes", "{\"ttl_sec\":1,\"max_uses\":0,\"uses\":3}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("problems"))
                .extracting(problem -> problem.path("field").asText())
                .containsExactly("ttl_sec", "max_uses", "uses");
        assertThat(answer.json().has("refusal")).isFalse();
    }

    private Client.Answer drain(RemoteWorker worker) {
        return pond.service().post("/v1/admin/pool/workers/" + worker.id + "/drain", "");
    }

    private static String held(JsonNode job) {
        return "{\"job\":" + RemoteWorker.ref(job) + ",\"cancelling\":false}";
    }
}
