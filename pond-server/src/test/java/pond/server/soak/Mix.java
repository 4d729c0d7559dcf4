package pond.server.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pond.common.json.Json;

/** One of each thing that callers do, and whether it had the effect that it should have. Safe for use by several threads. */
final class Mix {
    private static final int PROJECTS = 5;

    private final Caller caller;
    private final Runs runs;
    private final Receiver receiver;
    private final Pond pond;
    private final Ledger ledger;
    private final List<Action> actions;

    /** Does something and looks at what comes of it; whatever it throws is told. */
    interface Action {
        void act(Random random) throws IOException, InterruptedException;
    }

    Mix(Pond pond, Receiver receiver, Ledger ledger, boolean sandboxes) {
        this.pond = pond;
        this.caller = pond.caller();
        this.runs = new Runs(caller);
        this.receiver = receiver;
        this.ledger = ledger;
        List<Action> always = List.of(
                this::noop,
                this::noop,
                this::builtin,
                this::shell,
                this::cancel,
                this::rerun,
                this::keys,
                this::reads,
                this::callback);
        this.actions = sandboxes
                ? Stream.concat(always.stream(), Stream.of((Action) this::sandboxed))
                        .toList()
                : always;
    }

    /** Any of them. */
    void any(Random random) throws IOException, InterruptedException {
        actions.get(random.nextInt(actions.size())).act(random);
    }

    private static String project(Random random) {
        return "soak-" + random.nextInt(PROJECTS);
    }

    private void noop(Random random) throws IOException, InterruptedException {
        String more = "\"labels\":{\"kind\":\"noop\"},\"context\":{\"n\":%d}".formatted(random.nextInt());
        runs.done(runs.submit(Runs.body(project(random), Runs.noop(), more)));
        ledger.did("noop");
    }

    /** With sources, so that a bundle is made, shipped and removed. */
    private void builtin(Random random) throws IOException, InterruptedException {
        Map<String, String> files = IntStream.range(0, 1 + random.nextInt(40))
                .boxed()
                .collect(Collectors.toMap(i -> "src/F" + i + ".java", i -> "// TODO " + i + "\n".repeat(100)));
        String sources = "\"sources\":[{\"label\":\"app\",\"kind\":\"inline\",\"config\":{\"files\":%s}}]"
                .formatted(Json.write(files));
        String run =
                runs.submit(Runs.body(project(random), "{\"kind\":\"builtin\",\"name\":\"language_stats\"}", sources));
        runs.done(run);
        if (runs.artifacts(run) == 0) {
            throw new IOException("run " + run + " has left no results");
        }
        ledger.did("builtin");
    }

    private void shell(Random random) throws IOException, InterruptedException {
        artifact(random, "");
        ledger.did("shell");
    }

    private void sandboxed(Random random) throws IOException, InterruptedException {
        artifact(
                random,
                "\"sandbox\":{\"profile\":\"%s\"}"
                        .formatted(random.nextBoolean() ? "trusted-code" : "untrusted-code-write"));
        ledger.did("sandboxed");
    }

    /** A stage leaves bytes and says their digest; both come back. */
    private void artifact(Random random, String more) throws IOException, InterruptedException {
        int size = 1 + random.nextInt(random.nextInt(10) == 0 ? 4 << 20 : 64 << 10);
        String script =
                "head -c %d /dev/urandom > \"$POND_OUTPUT_DIR/data.bin\"; sha256sum < \"$POND_OUTPUT_DIR/data.bin\""
                        .formatted(size);
        String run = runs.submit(Runs.body(project(random), Runs.shell(script, more), ""));
        if (!runs.doneOrLost(run)) {
            ledger.did("lost with its worker");
            return;
        }
        String said = "";
        for (JsonNode line : caller.get("/v1/runs/" + run + "/logs").path("lines")) {
            if (line.path("stream").asText().equals("stdout")) {
                said = line.path("line").asText();
            }
        }
        byte[] bytes = caller.bytes("/v1/runs/" + run + "/artifacts/data.bin");
        if (bytes.length != size || !said.startsWith(Runs.sha256(bytes))) {
            throw new IOException("run %s left other bytes: %s".formatted(run, said));
        }
        runs.artifacts(run);
    }

    private void cancel(Random random) throws IOException, InterruptedException {
        String run = runs.submit(Runs.body(project(random), Runs.shell("setsid sleep 300 & sleep 300"), ""));
        if (random.nextBoolean()) {
            caller.get("/v1/runs/" + run + "?wait=1&version=1");
        }
        runs.cancel(run);
        ledger.did("cancel");
    }

    private void rerun(Random random) throws IOException, InterruptedException {
        String run = runs.submit(Runs.body(project(random), Runs.shell("exit 3"), ""));
        JsonNode end = runs.end(run);
        if (!end.path("status").asText().equals("failed")) {
            throw new IOException("not failed: " + end);
        }
        String again = caller.once("/v1/runs/" + run + "/rerun", "{\"from\":\"failed\"}")
                .path("id")
                .asText();
        if (!runs.end(again).path("status").asText().equals("failed")) {
            throw new IOException("run " + again + " should have failed as well");
        }
        ledger.did("rerun");
    }

    private void keys(Random random) throws IOException, InterruptedException {
        String project = project(random);
        Caller.Answer made = caller.post("/v1/keys", "{\"projectId\":\"" + project + "\",\"name\":\"soak\"}");
        JsonNode key = made.json();
        Caller holder = pond.caller(key.path("key").asText());
        runs.done(new Runs(holder)
                .submit("{\"definition\":{\"stages\":[{\"key\":\"x\",\"executor\":{\"kind\":\"noop\"}}]}}"));
        caller.delete("/v1/keys/" + key.path("id").asText());
        int status = holder.look("/v1/runs").status();
        if (status != 403) {
            throw new IOException("a revoked key is answered with " + status);
        }
        ledger.did("key");
    }

    private void reads(Random random) throws IOException, InterruptedException {
        String cursor = "";
        for (int page = 0; page < 3; page++) {
            JsonNode some = caller.get("/v1/runs?limit=50&projectId=" + project(random) + cursor);
            cursor = some.path("next").isNull()
                    ? ""
                    : "&cursor=" + some.path("next").asText();
        }
        caller.bytes("/metrics");
        caller.bytes("/docs/operating");
        caller.get("/v1/usage?by=project");
        caller.get("/v1/admin/pool/workers");
        caller.get("/v1/admin/audit");
        ledger.did("read");
    }

    private void callback(Random random) throws IOException, InterruptedException {
        String more = "\"callback\":{\"url\":\"%s\",\"secret\":\"a-secret-of-the-soak\"}".formatted(receiver.url());
        String run = runs.submit(Runs.body(project(random), Runs.noop(), more));
        runs.done(run);
        for (int tries = 0; !receiver.forget(run); tries++) {
            if (tries > 1_000) {
                throw new IOException("the end of run " + run + " was never told to its callback: "
                        + caller.get("/v1/runs/" + run + "/deliveries"));
            }
            caller.pause();
        }
        ledger.did("callback");
    }
}
