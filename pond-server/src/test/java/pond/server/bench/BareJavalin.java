package pond.server.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.Javalin;

/**
 * The least that a server of the same jar has to do before its first answer, which is what a cold start is compared with; and
 * for a submit: it reads JSON and answers with it, and keeps nothing.
 */
final class BareJavalin {
    private BareJavalin() {}

    /** Loaded by the first submit. */
    private static final class Submits {
        static final ObjectMapper JSON = new ObjectMapper();
    }

    public static void main(String[] args) {
        Javalin server = Javalin.create(config -> {
                    config.routes.get("/health", context -> context.result("ok"));
                    config.routes.post(
                            "/v1/runs",
                            context -> context.status(201)
                                    .contentType("application/json")
                                    .result(Submits.JSON.writeValueAsBytes(
                                            Submits.JSON.readTree(context.bodyInputStream()))));
                })
                .start("127.0.0.1", 0);
        System.err.println("it listens on http://127.0.0.1:" + server.port() + ", nothing else");
    }
}
