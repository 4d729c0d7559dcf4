package pond.server.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import pond.common.json.Json;

/** Runs as a caller sees them: how they are asked for, awaited and looked at. */
final class Runs {
    /** Stages that are lost when their worker is killed, in a soak in which workers are killed. */
    private static final String LOST = "worker_lost";

    private final Caller caller;

    Runs(Caller caller) {
        this.caller = caller;
    }

    /** A body with one stage {@code x}. */
    static String body(String project, String executor, String more) {
        return "{\"projectId\":\"%s\",%s\"definition\":{\"stages\":[{\"key\":\"x\",\"executor\":%s}]}}"
                .formatted(project, more.isEmpty() ? "" : more + ",", executor);
    }

    static String noop() {
        return "{\"kind\":\"noop\"}";
    }

    static String shell(String script) {
        return shell(script, "");
    }

    static String shell(String script, String more) {
        return "{\"kind\":\"shell\",\"argv\":%s%s}"
                .formatted(Json.write(List.of("sh", "-c", script)), more.isEmpty() ? "" : "," + more);
    }

    String submit(String body) throws IOException, InterruptedException {
        return caller.once("/v1/runs", body).path("id").asText();
    }

    /** The run once it has ended. */
    JsonNode end(String run) throws IOException, InterruptedException {
        JsonNode now = caller.get("/v1/runs/" + run).path("run");
        while (!now.path("terminal").booleanValue()) {
            now = caller.get("/v1/runs/" + run + "?wait=25&version=" + now.path("version"))
                    .path("run");
        }
        return now;
    }

    /** Waits for an end that is {@code done}. */
    void done(String run) throws IOException, InterruptedException {
        JsonNode end = end(run);
        if (!end.path("status").asText().equals("done")) {
            throw new IOException("not done: " + end);
        }
    }

    /** Waits for an end that is {@code done}, or that its worker was killed; whether it was done. */
    boolean doneOrLost(String run) throws IOException, InterruptedException {
        JsonNode end = end(run);
        if (end.at("/error/code").asText().equals(LOST)) {
            return false;
        }
        if (!end.path("status").asText().equals("done")) {
            throw new IOException("not done: " + end);
        }
        return true;
    }

    /** Cancels it and waits for its end. */
    void cancel(String run) throws IOException, InterruptedException {
        Caller.Answer answer = caller.post("/v1/runs/" + run + "/cancel", "");
        if (answer.status() != 200 && answer.status() != 202) {
            throw new IOException("cancel of " + run + ": " + answer.status() + " " + answer.text());
        }
        JsonNode end = end(run);
        boolean lost = end.at("/error/code").asText().equals(LOST);
        if (!end.path("status").asText().equals("cancelled") && !lost) {
            throw new IOException("not cancelled: " + end);
        }
    }

    /** Downloads all artifacts and holds their bytes against what the list says; how many there are. */
    int artifacts(String run) throws IOException, InterruptedException {
        JsonNode all = caller.get("/v1/runs/" + run + "/artifacts").path("artifacts");
        for (JsonNode one : all) {
            byte[] bytes = caller.bytes(
                    "/v1/runs/" + run + "/artifacts/" + one.path("name").asText());
            if (bytes.length != one.path("size").longValue()
                    || !sha256(bytes).equals(one.path("sha256").asText())) {
                throw new IOException("run " + run + ": other bytes than listed: " + one);
            }
        }
        return all.size();
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
