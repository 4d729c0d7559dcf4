package pond.server.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** From the start of a process to its first answers; all kinds of start in turns, so that a busy moment disturbs all alike. */
final class ColdStart {
    private final Path root;
    private final Path folder;

    ColdStart(Path root, Path folder) {
        this.root = root;
        this.folder = folder;
    }

    /**
     * What was measured.
     *
     * @param bare to the first 200 of a server that can do nothing else
     * @param plain to the first 200 of {@code java -jar}
     * @param script to the first 200 of {@code scripts/pond}
     * @param accepted to its first accepted run
     */
    record Result(Samples bare, Samples plain, Samples script, Samples accepted) {}

    Result measure(int rounds) throws Exception {
        // A start is one with a database that is there; making it is the first start's work.
        health(script(folder.resolve("script")));
        health(plain(folder.resolve("plain")));
        LongStream.Builder bare = LongStream.builder();
        LongStream.Builder plain = LongStream.builder();
        LongStream.Builder script = LongStream.builder();
        LongStream.Builder accepted = LongStream.builder();
        for (int i = 0; i < rounds; i++) {
            bare.add(health(bare()));
            plain.add(health(plain(folder.resolve("plain"))));
            script.add(health(script(folder.resolve("script"))));
            accepted.add(accepted(script(folder.resolve("script"))));
        }
        return new Result(
                Samples.of(bare.build()),
                Samples.of(plain.build()),
                Samples.of(script.build()),
                Samples.of(accepted.build()));
    }

    /** The server as people start it, with a state folder of its own. */
    Server script(Path state) throws IOException {
        return script(state, Map.of());
    }

    Server script(Path state, Map<String, String> settings) throws IOException {
        return script(state, settings, 0);
    }

    /** On a port that is known, such as that of a server that has ended. */
    Server script(Path state, Map<String, String> settings, int port) throws IOException {
        return Server.start(serve(List.of(root.resolve("scripts/pond").toString()), state, port), settings);
    }

    private Server plain(Path state) throws IOException {
        return Server.start(serve(List.of(java(), "-jar", jar()), state, 0), Map.of());
    }

    /** A server of the same libraries that does next to nothing. */
    Server bare() throws IOException {
        String classes = System.getProperty("java.class.path");
        return Server.start(List.of(java(), "-cp", classes, BareJavalin.class.getName()), Map.of());
    }

    private static long health(Server server) throws Exception {
        try (server;
                Wire wire = server.connect()) {
            wire.bytes("/health");
            return server.ageNanos();
        }
    }

    private static long accepted(Server server) throws Exception {
        try (server;
                Wire wire = server.connect()) {
            wire.post("/v1/runs", Runs.body("cold", Runs.NOOP));
            return server.ageNanos();
        }
    }

    private static List<String> serve(List<String> program, Path state, int port) {
        return Stream.concat(
                        program.stream(),
                        Stream.of(
                                "serve",
                                "--host",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(port),
                                "--state-dir",
                                state.toString()))
                .toList();
    }

    private String jar() {
        return root.resolve("pond-server/target/pond-server.jar").toString();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
