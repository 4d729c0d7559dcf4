package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import pond.common.json.Json;
import pond.common.protocol.WorkerHttp;
import pond.testing.TestMachine;

/** A worker on another machine that speaks by hand: JSON and headers as an engineer would write them with curl. */
final class RemoteWorker {
    final String id;
    final Client client;
    String attachment = "none";

    private RemoteWorker(Client client, String id) {
        this.client = client;
        this.id = id;
    }

    /** Makes a code of these wishes, such as {@code "max_uses":2}. */
    static JsonNode code(TestPond pond, String wishes) {
        Client.Answer answer = pond.service().post("/v1/admin/pool/enrollment-codes", "{" + wishes + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.json();
    }

    static RemoteWorker enrolled(TestPond pond, String name) {
        String code = code(pond, "").path("code").textValue();
        TestMachine machine = new TestMachine(name);
        Client.Answer answer = new Client(pond.url(), code).post(WorkerHttp.ENROLL, Json.write(machine.enroll(code)));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return new RemoteWorker(
                new Client(pond.url(), machine.bearer()),
                answer.json().path("worker").textValue());
    }

    static RemoteWorker attached(TestPond pond, String name, String... executors) {
        RemoteWorker worker = enrolled(pond, name);
        Client.Answer answer = worker.attach(name, executors);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return worker;
    }

    /** The same worker, with a server that has been started anew. */
    RemoteWorker at(TestPond pond) {
        return new RemoteWorker(new Client(pond.url(), client.token()), id);
    }

    /** Its later calls are under the attachment that this gives. */
    Client.Answer attach(String name, String... executors) {
        Client.Answer answer = client.post(WorkerHttp.ATTACH, offer(name, executors));
        if (answer.status() == 200) {
            attachment = answer.json().path("worker").textValue();
        }
        return answer;
    }

    static String offer(String name, String... executors) {
        return Json.write(Map.of(
                "protocol",
                1,
                "name",
                name,
                "version",
                "1",
                "executors",
                List.of(executors),
                "capabilities",
                List.of(),
                "tags",
                List.of("pool:stolen", "own"),
                "slots",
                2,
                "fieldOfTomorrow",
                1));
    }

    Client.Answer post(String path, String body) {
        return client.post(path, body, WorkerHttp.ATTACHMENT, attachment);
    }

    CompletableFuture<Client.Answer> postLater(String path, String body) {
        return CompletableFuture.supplyAsync(() -> post(path, body));
    }

    JsonNode leaseOne() {
        Client.Answer answer = post(WorkerHttp.LEASE_JOBS, "{\"freeSlots\":1,\"maxWait\":\"PT10S\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().path("jobs")).as(answer.body()).hasSize(1);
        return answer.json().path("jobs").get(0);
    }

    /** A job as the calls about it name it. */
    static String ref(JsonNode job) {
        return "{\"job\":%s,\"leaseToken\":%s}".formatted(job.path("id"), job.path("leaseToken"));
    }

    Client.Answer complete(JsonNode job, long lastLog, String artifacts) {
        return post(WorkerHttp.COMPLETE, """
                {"job":%s,"outcome":{"result":"done","exitCode":0,"error":null,"killConfirmed":true},"lastLog":%d,
                "artifacts":[%s],"receipt":{"confinement":{"profile":null,"effective":null,"backend":null,"limits":[]},
                "output":{"bytes":0,"lines":0,"dropped":0,"masked":0},"survivors":0,"refused":[]}}
                """.formatted(ref(job), lastLog, artifacts));
    }

    Client.Answer put(JsonNode job, String name, byte[] bytes, String size, String sha256, String offset) {
        return client.send(client.request(
                        WorkerHttp.ARTIFACTS + name,
                        WorkerHttp.ATTACHMENT,
                        attachment,
                        WorkerHttp.JOB,
                        job.path("id").textValue(),
                        WorkerHttp.LEASE,
                        job.path("leaseToken").textValue(),
                        WorkerHttp.SIZE,
                        size,
                        WorkerHttp.SHA256,
                        sha256,
                        WorkerHttp.OFFSET,
                        offset)
                .PUT(BodyPublishers.ofByteArray(bytes))
                .build());
    }

    Client.Answer get(JsonNode job, String path) {
        return client.get(
                path,
                WorkerHttp.ATTACHMENT,
                attachment,
                WorkerHttp.JOB,
                job.path("id").textValue(),
                WorkerHttp.LEASE,
                job.path("leaseToken").textValue());
    }
}
