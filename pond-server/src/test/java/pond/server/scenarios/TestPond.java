package pond.server.scenarios;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import pond.server.PondServer;
import pond.server.TestKeys;
import pond.server.config.ServerConfig;

/** A server on a free port, with its state in a folder that outlives it. */
final class TestPond implements AutoCloseable {
    static final String SERVICE_TOKEN = "a-service-token-for-tests-0123456789";

    /** The project of bodies that name none. */
    static final String PROJECT = "garden";

    private final Path state;
    private final PondServer server;

    private TestPond(Path state, PondServer server) {
        this.state = state;
        this.server = server;
    }

    /**
     * Starts one and waits until its own workers are attached.
     *
     * @param settings names and values in turn
     */
    static TestPond start(Path state, String... settings) {
        TestPond pond = startWithoutWaiting(state, settings);
        Client client = pond.service();
        Awaitility.await("the server's own workers")
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> {
                    String body = Body.of(Body.noop("a"), Body.noop("b"));
                    return client.post("/v1/runs/preflight", body)
                            .json()
                            .path("problems")
                            .isEmpty();
                });
        return pond;
    }

    /** For servers that have no workers of their own. */
    static TestPond startWithoutWaiting(Path state, String... settings) {
        Map<String, String> env = new HashMap<>();
        env.put("POND_PORT", "0");
        env.put("POND_STATE_DIR", state.toString());
        env.put("POND_SERVICE_TOKEN", SERVICE_TOKEN);
        env.put("POND_LOCAL_CONCURRENCY", "4");
        for (int i = 0; i < settings.length; i += 2) {
            env.put(settings[i], settings[i + 1]);
        }
        try {
            return new TestPond(state, PondServer.start(ServerConfig.from(env, Map.of())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    /** Every call that is answered. */
    List<String> routes() {
        return server.routes();
    }

    /** Speaks with the service token. */
    Client service() {
        return new Client(url(), SERVICE_TOKEN);
    }

    /** Speaks with a new key of a project. */
    Client project(String project) {
        return new Client(url(), TestKeys.mint(state, project));
    }

    @Override
    public void close() {
        server.close();
    }
}
