package pond.server.killmatrix;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.killmatrix.Write.assertLeft;
import static pond.server.killmatrix.Write.either;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import pond.server.killmatrix.Fault.Effect;
import pond.server.scenarios.Body;
import pond.server.scenarios.Client;
import pond.testing.TestReceiver;
import pond.testing.TestReceiver.Seen;

/** Writes about runs. */
final class RunWrites {
    private static final String RUNS = "/v1/runs";
    private static final int MINUTE_OF_TICKS = 1_200;

    private RunWrites() {}

    /** @param receiver takes what is sent to callbacks */
    static Map<String, Write.Script> scripts(TestReceiver receiver) {
        return Map.of(
                "POST " + RUNS, RunWrites::submit,
                "POST " + RUNS + "/preflight", RunWrites::preflight,
                "POST " + RUNS + "/{id}/cancel", RunWrites::cancel,
                "POST " + RUNS + "/{id}/rerun", RunWrites::rerun,
                "POST " + RUNS + "/{id}/deliveries/{delivery}/redeliver",
                        (client, name) -> redeliver(client, receiver));
    }

    private static Write submit(Client client, String name) {
        String body = Body.with(label("submit", name), Body.noop("a"));
        return new Write("POST", RUNS, body, "submit-" + name, (after, effect) -> {
            boolean there = !labelled(after, "submit", name).isEmpty();
            assertLeft(effect, there);
            Write write = new Write("POST", RUNS, body, "submit-" + name, (again, left) -> {});

            String first = id(write.send(after, either(effect, there, 201, 200)));
            String second = id(write.send(after, 200));

            assertThat(second).isEqualTo(first);
            assertThat(labelled(after, "submit", name)).containsExactly(first);
            assertThat(Client.status(after.end(first))).isEqualTo("done");
        });
    }

    private static Write preflight(Client client, String name) {
        String body = Body.with(label("preflight", name), Body.noop("a"));
        return Write.post(RUNS + "/preflight", body, (after, effect) -> {
            Client.Answer again =
                    Write.post(RUNS + "/preflight", body, (more, left) -> {}).send(after, 200);
            assertThat(again.json().path("ok").booleanValue()).isTrue();
            assertThat(labelled(after, "preflight", name)).isEmpty();
        });
    }

    private static Write cancel(Client client, String name) {
        String run = client.submit(Body.with(label("cancel", name), Body.noop("a", MINUTE_OF_TICKS)));
        client.untilStage(run, "a", "running");
        String path = RUNS + "/" + run + "/cancel";
        return Write.post(path, "", (after, effect) -> {
            JsonNode left = after.get(RUNS + "/" + run).json();
            assertLeft(effect, !left.at("/run/cancelRequestedAt").isNull());

            Write.post(path, "", (more, nothing) -> {}).send(after, 200, 202);

            assertThat(Client.status(after.end(run))).isEqualTo("cancelled");
        });
    }

    private static Write rerun(Client client, String name) {
        String run = client.submit(Body.with(label("rerun", name), Body.noop("a")));
        client.end(run);
        String path = RUNS + "/" + run + "/rerun";
        return new Write("POST", path, "{\"from\":\"start\"}", "rerun-" + name, (after, effect) -> {
            List<String> known = labelled(after, "rerun", name);
            boolean there = known.size() == 2;
            assertThat(known).contains(run).hasSizeBetween(1, 2);
            assertLeft(effect, there);
            Write write = new Write("POST", path, "{\"from\":\"start\"}", "rerun-" + name, (again, left) -> {});

            String first = id(write.send(after, either(effect, there, 201, 200)));
            String second = id(write.send(after, 200));

            assertThat(second).isEqualTo(first);
            assertThat(labelled(after, "rerun", name)).containsExactlyInAnyOrder(run, first);
            assertThat(Client.status(after.end(first))).isEqualTo("done");
        });
    }

    private static Write redeliver(Client client, TestReceiver receiver) {
        String callback =
                "\"callback\":{\"url\":\"%s\",\"secret\":\"a-secret-of-the-matrix-42\"}".formatted(receiver.url());
        String run = client.submit(Body.with(callback, Body.noop("a")));
        client.end(run);
        String delivery = awaitDelivered(client, run);
        assertThat(sent(receiver, delivery)).hasSize(1);
        String path = "%s/%s/deliveries/%s/redeliver".formatted(RUNS, run, delivery);
        return Write.post(path, "", (after, effect) -> {
            if (effect == Effect.WHOLE) {
                awaitSent(receiver, delivery, 2);
            } else if (effect == Effect.NONE) {
                assertThat(delivery(after, run).path("attempts")).hasSize(1);
            }

            // Refused while it is pending, which says that the first one counts.
            Write.post(path, "", (more, left) -> {}).send(after, 202, 409);

            awaitSent(receiver, delivery, 2);
            assertThat(awaitDelivered(after, run)).isEqualTo(delivery);
            assertThat(after.get(RUNS + "/" + run + "/deliveries").json().path("deliveries"))
                    .hasSize(1);
            assertThat(sent(receiver, delivery))
                    .extracting(Seen::body)
                    .containsOnly(sent(receiver, delivery).get(0).body());
        });
    }

    private static JsonNode delivery(Client client, String run) {
        return client.get(RUNS + "/" + run + "/deliveries").json().at("/deliveries/0");
    }

    private static String awaitDelivered(Client client, String run) {
        return Awaitility.await("a delivery")
                .atMost(60, TimeUnit.SECONDS)
                .until(
                        () -> delivery(client, run),
                        found -> found.path("status").asText().equals("delivered"))
                .path("id")
                .asText();
    }

    private static List<Seen> sent(TestReceiver receiver, String delivery) {
        return receiver.seen.stream()
                .filter(seen -> seen.header("Pond-delivery").equals(delivery))
                .toList();
    }

    private static void awaitSent(TestReceiver receiver, String delivery, int count) {
        Awaitility.await("delivery " + delivery + " once more")
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> sent(receiver, delivery).size() >= count);
    }

    private static String label(String key, String name) {
        return "\"labels\":{\"%s\":\"%s\"}".formatted(key, name);
    }

    private static List<String> labelled(Client client, String key, String name) {
        Client.Answer page = client.get("%s?limit=200&label=%s=%s".formatted(RUNS, key, name));
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.json().path("runs").findValuesAsText("id");
    }

    private static String id(Client.Answer run) {
        return run.json().path("id").asText();
    }
}
