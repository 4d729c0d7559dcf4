package pond.server.killmatrix;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.killmatrix.Write.assertLeft;
import static pond.server.killmatrix.Write.either;

import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import pond.server.killmatrix.Fault.Effect;
import pond.server.scenarios.Client;

/** Writes about agents, models and their keys: to put something twice replaces it with the same, and what is gone is 404. */
final class RegistryWrites {
    private static final String CREDENTIALS = "/v1/admin/credentials";
    private static final String HARNESSES = "/v1/admin/harnesses";
    private static final String MODELS = "/v1/admin/models";

    static final Map<String, Write.Script> SCRIPTS = Map.of(
            "POST " + CREDENTIALS, put(CREDENTIALS, CREDENTIALS, RegistryWrites::credential),
            "DELETE " + CREDENTIALS + "/{name}", delete(CREDENTIALS, RegistryWrites::credential),
            "POST " + HARNESSES, put(HARNESSES, HARNESSES, RegistryWrites::harness),
            "POST " + HARNESSES + "/from-preset", put(HARNESSES + "/from-preset", HARNESSES, RegistryWrites::preset),
            "DELETE " + HARNESSES + "/{key}", delete(HARNESSES, RegistryWrites::harness),
            "POST " + MODELS, put(MODELS, MODELS, RegistryWrites::model),
            "DELETE " + MODELS + "/{key}", delete(MODELS, RegistryWrites::model));

    private RegistryWrites() {}

    private static String credential(String name) {
        return "{\"name\":\"%s\",\"provider\":\"openai\",\"secrets\":{\"OPENAI_API_KEY\":\"sk-0123456789\"}}"
                .formatted(name);
    }

    private static String harness(String name) {
        return "{\"key\":\"%s\",\"capability\":\"harness.small\",\"command_template\":[\"agent\"]}".formatted(name);
    }

    private static String preset(String name) {
        return "{\"key\":\"%s\",\"preset\":\"codex-brokered\"}".formatted(name);
    }

    private static String model(String name) {
        return ("{\"key\":\"%s\",\"provider\":\"openai\",\"model_id\":\"m\",\"credential_name\":\"none\","
                        + "\"input_cost_per_mtok\":1,\"output_cost_per_mtok\":2}")
                .formatted(name);
    }

    private static Write.Script put(String path, String list, UnaryOperator<String> body) {
        return (client, key) -> {
            String name = (path + "-put").replaceAll("[^a-z-]", "").replace("vadmin", "") + "-" + key;
            return new Write("POST", path, body.apply(name), "", putCheck(path, list, name, body.apply(name)));
        };
    }

    private static BiConsumer<Client, Effect> putCheck(String path, String list, String name, String body) {
        return (client, effect) -> {
            boolean there = isThere(client, list, name);
            assertLeft(effect, there);
            int entries = audited(client, name);
            assertThat(entries).as("entries of the audit trail").isLessThanOrEqualTo(1);
            assertLeft(effect, entries == 1);

            Write.post(path, body, (again, left) -> {}).send(client, either(effect, there, 201, 200));

            assertThat(client.get(list).json().findValuesAsText(nameField(list)))
                    .containsOnlyOnce(name);
            assertThat(audited(client, name)).isBetween(there ? 2 : 1, 2);
        };
    }

    private static Write.Script delete(String path, UnaryOperator<String> body) {
        return (client, key) -> {
            String name = (path + "-delete").replaceAll("[^a-z-]", "").replace("vadmin", "") + "-" + key;
            Write.post(path, body.apply(name), (again, left) -> {}).send(client, 201);
            return Write.delete(path + "/" + name, deleteCheck(path, name));
        };
    }

    private static BiConsumer<Client, Effect> deleteCheck(String path, String name) {
        return (client, effect) -> {
            boolean gone = !isThere(client, path, name);
            assertLeft(effect, gone);

            Write.delete(path + "/" + name, (again, left) -> {}).send(client, either(effect, gone, 204, 404));

            assertThat(isThere(client, path, name)).isFalse();
            assertThat(audited(client, name)).as("entries of the audit trail").isEqualTo(2);
        };
    }

    private static boolean isThere(Client client, String list, String name) {
        Client.Answer answer = client.get(list + "/" + name);
        assertThat(answer.status()).as(answer.body()).isIn(200, 404);
        return answer.status() == 200;
    }

    private static String nameField(String list) {
        return list.equals(CREDENTIALS) ? "name" : "key";
    }

    private static int audited(Client client, String name) {
        return (int) client.get("/v1/admin/audit?limit=200").json().findValuesAsText("subject").stream()
                .filter(subject -> subject.contains(name))
                .count();
    }
}
