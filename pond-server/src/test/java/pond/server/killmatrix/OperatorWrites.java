package pond.server.killmatrix;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.killmatrix.Write.assertLeft;
import static pond.server.killmatrix.Write.either;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import pond.common.json.Json;
import pond.common.protocol.WorkerHttp;
import pond.server.killmatrix.Fault.Effect;
import pond.server.scenarios.Client;
import pond.testing.TestMachine;

/** Writes about keys, workers and the server itself. */
final class OperatorWrites {
    private static final String KEYS = "/v1/keys";
    private static final String CODES = "/v1/admin/pool/enrollment-codes";
    private static final String WORKERS = "/v1/admin/pool/workers";
    private static final String RETENTION = "/v1/admin/retention";

    static final String MAINTENANCE = "/v1/admin/maintenance";

    static final Map<String, Write.Script> SCRIPTS = Map.of(
            "POST " + KEYS, OperatorWrites::mintKey,
            "DELETE " + KEYS + "/{id}", OperatorWrites::revokeKey,
            "POST " + CODES, OperatorWrites::makeCode,
            "DELETE " + CODES + "/{id}", OperatorWrites::deleteCode,
            "DELETE " + WORKERS + "/{id}", OperatorWrites::revokeWorker,
            "POST " + WORKERS + "/{id}/drain", OperatorWrites::drainWorker,
            "POST " + MAINTENANCE, OperatorWrites::maintain,
            "POST " + RETENTION, OperatorWrites::retain);

    private OperatorWrites() {}

    /** Every mint makes one key; one whose plaintext was lost is whole, stands in the list, and is of use to nobody. */
    private static Write mintKey(Client client, String name) {
        String project = "minted-" + name;
        String body = "{\"projectId\":\"%s\",\"name\":\"lost\"}".formatted(project);
        return Write.post(KEYS, body, (after, effect) -> {
            int before = keys(after, project).size();
            assertThat(before).isLessThanOrEqualTo(1);
            assertLeft(effect, before == 1);

            Client.Answer minted = Write.post(KEYS, body, (more, left) -> {}).send(after, 201);

            List<JsonNode> all = keys(after, project);
            assertThat(all.size()).isBetween(before + 1, effect == Effect.EITHER ? 2 : before + 1);
            assertThat(all).allSatisfy(key -> {
                assertThat(key.path("name").asText()).isEqualTo("lost");
                assertThat(key.path("prefix").asText()).startsWith("pond_pk_");
            });
            assertThat(works(after, minted.json().path("key").asText())).isTrue();
        });
    }

    private static Write revokeKey(Client client, String name) {
        JsonNode minted = Write.post(KEYS, "{\"projectId\":\"revoked-%s\"}".formatted(name), (more, left) -> {})
                .send(client, 201)
                .json();
        String plaintext = minted.path("key").asText();
        String path = KEYS + "/" + minted.path("id").asText();
        return Write.delete(path, (after, effect) -> {
            assertLeft(effect, !works(after, plaintext));

            Write.delete(path, (more, left) -> {}).send(after, 204);

            assertThat(works(after, plaintext)).isFalse();
        });
    }

    private static List<JsonNode> keys(Client client, String project) {
        return client.get(KEYS + "?projectId=" + project)
                .json()
                .path("keys")
                .valueStream()
                .toList();
    }

    private static boolean works(Client client, String key) {
        Client.Answer answer = new Client(client.url(), key).get("/v1/runs");
        assertThat(answer.status()).as(answer.body()).isIn(200, 403);
        return answer.status() == 200;
    }

    /** As with keys: one more code that nobody knows, and that ends by itself. */
    private static Write makeCode(Client client, String name) {
        String body = "{\"tags\":[\"site.%s\"]}".formatted(name);
        return Write.post(CODES, body, (after, effect) -> {
            int before = codes(after, name).size();
            assertThat(before).isLessThanOrEqualTo(1);
            assertLeft(effect, before == 1);

            Client.Answer made = Write.post(CODES, body, (more, left) -> {}).send(after, 201);

            assertThat(codes(after, name).size()).isBetween(before + 1, effect == Effect.EITHER ? 2 : before + 1);
            enrol(after, name, made.json().path("code").asText());
        });
    }

    private static List<JsonNode> codes(Client client, String name) {
        return client.get(CODES).json().findParents("tags").stream()
                .filter(code -> code.path("tags").toString().contains("site." + name + "\""))
                .toList();
    }

    private static Write deleteCode(Client client, String name) {
        JsonNode made =
                Write.post(CODES, "{}", (more, left) -> {}).send(client, 201).json();
        String id = made.path("id").asText();
        return Write.delete(CODES + "/" + id, (after, effect) -> {
            boolean gone = !after.get(CODES).json().findValuesAsText("id").contains(id);
            assertLeft(effect, gone);

            Write.delete(CODES + "/" + id, (more, left) -> {}).send(after, either(effect, gone, 204, 404));

            assertThat(after.get(CODES).json().findValuesAsText("id")).doesNotContain(id);
        });
    }

    private static Write revokeWorker(Client client, String name) {
        String id = attached(client, "revoked-" + name);
        return Write.delete(WORKERS + "/" + id, (after, effect) -> {
            boolean gone = worker(after, id).isEmpty();
            assertLeft(effect, gone);

            Write.delete(WORKERS + "/" + id, (more, left) -> {}).send(after, either(effect, gone, 204, 404));

            assertThat(worker(after, id)).isEmpty();
        });
    }

    private static Write drainWorker(Client client, String name) {
        String id = attached(client, "drained-" + name);
        String path = WORKERS + "/" + id + "/drain";
        return Write.post(path, "", (after, effect) -> {
            assertLeft(effect, state(after, id).equals("draining"));

            Write.post(path, "", (more, left) -> {}).send(after, 204);

            assertThat(state(after, id)).isEqualTo("draining");
        });
    }

    /** A worker that says no more than that it is there. */
    private static String attached(Client client, String name) {
        JsonNode code =
                Write.post(CODES, "{}", (more, left) -> {}).send(client, 201).json();
        TestMachine machine = enrol(client, name, code.path("code").asText());
        String offer =
                ("{\"protocol\":1,\"name\":\"%s\",\"version\":\"1\",\"executors\":[\"shell\"],\"capabilities\":[],"
                                + "\"tags\":[],\"slots\":1}")
                        .formatted(name);
        Client.Answer answer = new Client(client.url(), machine.bearer()).post(WorkerHttp.ATTACH, offer);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return client.get(WORKERS)
                .json()
                .path("workers")
                .valueStream()
                .filter(entry -> entry.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow()
                .path("id")
                .asText();
    }

    private static TestMachine enrol(Client client, String name, String code) {
        TestMachine machine = new TestMachine(name);
        Client.Answer answer = new Client(client.url(), code).post(WorkerHttp.ENROLL, Json.write(machine.enroll(code)));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return machine;
    }

    private static Optional<JsonNode> worker(Client client, String id) {
        return client.get(WORKERS)
                .json()
                .path("workers")
                .valueStream()
                .filter(entry -> entry.path("id").asText().equals(id))
                .findFirst();
    }

    private static String state(Client client, String id) {
        return worker(client, id).orElseThrow().path("state").asText();
    }

    private static Write maintain(Client client, String name) {
        String body = "{\"enabled\":true,\"reason\":\"%s\"}".formatted(name);
        return Write.post(MAINTENANCE, body, (after, effect) -> {
            JsonNode left = after.get(MAINTENANCE).json();
            assertLeft(effect, left.path("enabled").booleanValue());
            assertThat(left.path("reason").asText("")).isIn(name, "", "null");

            Write.post(MAINTENANCE, body, (more, nothing) -> {}).send(after, 200);

            assertThat(after.get(MAINTENANCE).json().path("reason").asText()).isEqualTo(name);
            Write.post(MAINTENANCE, "{\"enabled\":false}", (more, nothing) -> {})
                    .send(after, 200);
            assertThat(after.get(MAINTENANCE).json().path("enabled").booleanValue())
                    .isFalse();
        });
    }

    /** A pass that is made once more removes nothing that must stay, whatever became of the first. */
    private static Write retain(Client client, String name) {
        return Write.post(RETENTION, "", (after, effect) -> {
            Write.post(RETENTION, "", (more, left) -> {}).send(after, 202);

            Awaitility.await("a pass")
                    .atMost(60, TimeUnit.SECONDS)
                    .until(
                            () -> after.get(RETENTION).json(),
                            seen -> !seen.path("last").isNull()
                                    && !seen.path("running").booleanValue());
        });
    }
}
