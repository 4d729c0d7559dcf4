package pond.server.bench;

import io.javalin.Javalin;

/** The least that a server of the same jar has to do before its first answer: what a cold start is compared with. */
final class BareJavalin {
    private BareJavalin() {}

    public static void main(String[] args) {
        Javalin server = Javalin.create(config -> config.routes.get("/health", context -> context.result("ok")))
                .start("127.0.0.1", 0);
        System.err.println("it listens on http://127.0.0.1:" + server.port() + ", nothing else");
    }
}
