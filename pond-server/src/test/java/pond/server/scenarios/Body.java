package pond.server.scenarios;

import java.util.List;
import pond.common.json.Json;

/** Bodies of submits. */
public final class Body {
    private Body() {}

    /** Stages one after another, for {@link TestPond#PROJECT}. */
    public static String of(String... stages) {
        return with("", stages);
    }

    /** As {@link #of}, with more fields, such as {@code "labels":{}}. */
    public static String with(String more, String... stages) {
        return "{\"projectId\":\"%s\",%s\"definition\":{\"stages\":[%s]}}"
                .formatted(TestPond.PROJECT, more.isEmpty() ? "" : more + ",", String.join(",", stages));
    }

    /** Stages without a project, for project keys. */
    public static String ofKey(String... stages) {
        return "{\"definition\":{\"stages\":[%s]}}".formatted(String.join(",", stages));
    }

    public static String stage(String key, String executor) {
        return stage(key, executor, "");
    }

    public static String stage(String key, String executor, String more) {
        return "{\"key\":\"%s\",\"executor\":%s%s}".formatted(key, executor, more.isEmpty() ? "" : "," + more);
    }

    public static String noop(String key) {
        return stage(key, "{\"kind\":\"noop\"}");
    }

    /** Takes that long, in ticks of 50 ms. */
    public static String noop(String key, int ticks) {
        return stage(key, "{\"kind\":\"noop\",\"ticks\":%d,\"interval_sec\":0.05}".formatted(ticks));
    }

    public static String shell(String key, String script) {
        return shell(key, script, "");
    }

    /** A script with more fields of the stage, such as {@code "timeout_sec":1}. */
    public static String shell(String key, String script, String more) {
        String argv = Json.write(List.of("bash", "-c", script));
        return stage(key, "{\"kind\":\"shell\",\"argv\":%s}".formatted(argv), more);
    }

    public static String builtin(String key, String name) {
        return stage(key, "{\"kind\":\"builtin\",\"name\":\"%s\"}".formatted(name));
    }

    public static String swarm(String key) {
        return stage(
                key,
                "{\"kind\":\"swarm\",\"harness\":\"codex\",\"model\":\"m\",\"prompt\":\"p\","
                        + "\"sandbox\":{\"profile\":\"untrusted-code-read\"}}");
    }
}
