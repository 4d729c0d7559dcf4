package pond.server.killmatrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.function.BiConsumer;
import pond.server.killmatrix.Fault.Effect;
import pond.server.scenarios.Client;

/**
 * A write of {@code /v1} that a caller is about to send.
 *
 * @param body JSON; empty for none
 * @param key its {@code Idempotency-Key}; empty for none
 * @param check looks at what the write has left that met a fault, repeats it, and looks again
 */
record Write(String method, String path, String body, String key, BiConsumer<Client, Effect> check) {
    /** How a write comes about: makes what it acts on, with a name that nothing else has. */
    interface Script {
        Write prepare(Client client, String name);
    }

    static Write post(String path, String body, BiConsumer<Client, Effect> check) {
        return new Write("POST", path, body, "", check);
    }

    static Write delete(String path, BiConsumer<Client, Effect> check) {
        return new Write("DELETE", path, "", "", check);
    }

    HttpRequest request(Client client) {
        HttpRequest.Builder request = client.request(path);
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        return request.method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
    }

    /** Sends it without a fault, and takes one of these answers. */
    Client.Answer send(Client client, Integer... statuses) {
        Client.Answer answer = client.send(request(client));
        assertThat(answer.status()).as(answer.body()).isIn((Object[]) statuses);
        return answer;
    }

    /** Whether what is there now is what the fault must have left. */
    static void assertLeft(Effect effect, boolean there) {
        switch (effect) {
            case NONE -> assertThat(there).as("took effect").isFalse();
            case WHOLE -> assertThat(there).as("took effect").isTrue();
            case EITHER -> {}
        }
    }

    /**
     * The status of a repeat: one of two, by what is there. A server that lives may still be at work on the first write, so
     * that what was not there a moment ago can be by then.
     */
    static Integer[] either(Effect effect, boolean there, int fresh, int repeated) {
        return effect == Effect.EITHER && !there
                ? new Integer[] {fresh, repeated}
                : new Integer[] {there ? repeated : fresh};
    }
}
