package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.stage;
import static pond.server.scenarios.Client.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the packed server starts, why it does not, and how it stops. */
@Timeout(180)
class StartupIT {
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    @TempDir
    private Path folder;

    @Test
    void aBadSettingIsNamed() {
        refused(Map.of("POND_LEASE_SEC", "soon"), USAGE, "POND_LEASE_SEC", "whole number of seconds");
        refused(Map.of("POND_LOCAL_EXECUTORS", "noop,swarm"), USAGE, "POND_LOCAL_EXECUTORS");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refused(
                    Map.of("POND_PORT", "" + taken.getLocalPort()),
                    FAILED,
                    "cannot listen on 127.0.0.1 port " + taken.getLocalPort());
        }
    }

    @Test
    void aStateFolderThatIsAFileIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        refused(Map.of("POND_STATE_DIR", file.toString()), FAILED, file.toString());
    }

    @Test
    void aStateFolderOfAnotherServerIsNamed() {
        Path state = folder.resolve("state");
        try (ServerProcess owner = ServerProcess.serve(folder, state, Map.of())) {
            assertThat(owner.client().get("/health").status()).isEqualTo(200);

            refused(Map.of("POND_STATE_DIR", state.toString()), FAILED, state.toString());

            assertThat(owner.client().get("/v1/runs").status()).isEqualTo(200);
        }
    }

    @Test
    void aDatabaseThatIsNoneIsNamed() throws IOException {
        Path state = Files.createDirectories(folder.resolve("state"));
        Files.writeString(
                state.resolve("pond.db"), "this was never a database, and it is long enough to tell ".repeat(99));

        refused(Map.of("POND_STATE_DIR", state.toString()), FAILED, "pond.db");
    }

    @Test
    void aDatabaseOfANewerVersionIsNamed() throws SQLException {
        Path state = folder.resolve("state");
        stopped(ServerProcess.serve(folder, state, Map.of()));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + state.resolve("pond.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "INSERT INTO schema_migrations (name, sha256, applied_at) VALUES ('9999_from_the_future.sql', 'x', 1)");
        }

        refused(
                Map.of("POND_STATE_DIR", state.toString()),
                FAILED,
                "pond.db was used by a newer version",
                "9999_from_the_future.sql");
    }

    @Test
    void itRunsFromAnyFolderAndKeepsItsStateThere() throws IOException {
        Path here = Files.createDirectories(folder.resolve("some where else"));
        Map<String, String> env = Map.of("POND_SERVICE_TOKEN", TestPond.SERVICE_TOKEN);
        try (ServerProcess server = ServerProcess.run(here, env, "--port", "0")) {
            Client client = server.client();
            String run = client.submit(Body.of(Body.shell("a", "pwd")));

            assertThat(status(client.end(run))).isEqualTo("done");
            assertThat(here.resolve(".pond-state/pond.db")).isRegularFile();
        }
    }

    @Test
    void aSignalStopsItAndHandsRunningStagesBack() {
        Path state = folder.resolve("state");
        Map<String, String> settings = Map.of("POND_LOCAL_CONCURRENCY", "4", "POND_CANCEL_GRACE_SEC", "1");
        String noop;
        String shell;
        String queued;
        try (ServerProcess server = ServerProcess.serve(folder, state, settings)) {
            Client client = server.client();
            noop = client.submit(Body.of(Body.noop("long", 200)));
            shell = client.submit(Body.of(Body.shell("long", "trap '' TERM; sleep 54321.5; sleep 54321.5")));
            queued = client.submit(Body.of(Body.swarm("agent")));
            client.untilStage(noop, "long", "running");
            client.untilStage(shell, "long", "running");
            stopped(server);
        }
        assertThat(Processes.withArgument("54321.5")).isEmpty();

        try (ServerProcess server = ServerProcess.serve(folder, state, settings)) {
            Client client = server.client();
            assertThat(status(client.get("/v1/runs/" + queued).json())).isEqualTo("queued");
            JsonNode lost = client.end(shell);
            assertThat(lost.at("/run/error/code").asText()).isEqualTo("worker_lost");
            JsonNode again = client.end(noop);
            assertThat(status(again)).isEqualTo("done");
            assertThat(stage(again, "long").path("attempt").intValue()).isEqualTo(2);
        }
    }

    /** Ends a server by SIGTERM once it listens. */
    private static void stopped(ServerProcess server) {
        server.url();
        server.terminate();
        // 128 + 15, as for every process that ends on the signal; the server's own end comes before that.
        assertThat(server.exit()).isEqualTo(143);
        assertThat(server.output()).doesNotContain(" ERROR ");
    }

    private void refused(Map<String, String> env, int exitCode, String... words) {
        Map<String, String> all = new java.util.HashMap<>(Map.of(
                "POND_PORT", "0", "POND_STATE_DIR", folder.resolve("unused").toString()));
        all.putAll(env);
        try (ServerProcess server = ServerProcess.run(folder, all)) {
            assertThat(server.exit()).as(server.output()).isEqualTo(exitCode);
            List<String> lines = server.output().lines().toList();
            assertThat(lines)
                    .as(server.output())
                    .last()
                    .satisfies(
                            line -> assertThat(line).startsWith("pond-server: ").contains(words));
            assertThat(server.output()).doesNotContain("\tat ").doesNotContain("Exception");
        }
    }
}
