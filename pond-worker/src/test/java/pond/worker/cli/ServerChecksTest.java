package pond.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.WorkerId;
import pond.worker.cli.Check.Result;
import pond.worker.identity.Identity;
import pond.worker.identity.StateFolder;
import pond.worker.transport.HttpSettings;
import pond.worker.transport.ServerAddress;
import pond.worker.transport.WireServer;

class ServerChecksTest {
    private static final WorkerId WORKER = WorkerId.of("0190b6a0-0000-7000-8000-000000000001");

    @TempDir
    private Path temp;

    @Test
    void withoutAServerOnlyTheIdentityIsLookedAt() throws Exception {
        List<Check> checks = ServerChecks.examine(temp.resolve("none"), Optional.empty());

        assertThat(checks).singleElement().satisfies(check -> {
            assertThat(check.result()).isEqualTo(Result.OK);
            assertThat(check.message()).startsWith("not enrolled yet");
        });
    }

    @Test
    void aServerOfTheSameVersionIsFine() throws Exception {
        try (WireServer server = new WireServer().json("/health", health(VersionProvider.version()))) {
            assertThat(check(server.url(), "server").result()).isEqualTo(Result.OK);
        }
    }

    @Test
    void anotherVersionIsAWarning() throws Exception {
        try (WireServer server = new WireServer().json("/health", health("99.1"))) {
            Check check = check(server.url(), "server");

            assertThat(check.result()).isEqualTo(Result.WARNING);
            assertThat(check.message()).contains("version 99.1").endsWith("update the older one");
        }
    }

    @Test
    void noServerOrSomethingElseThereIsNoWithARemedy() throws Exception {
        try (WireServer other = new WireServer()) {
            assertThat(check(other.url(), "server").message())
                    .contains("HTTP 404")
                    .contains("check the URL");
        }
        assertThat(check("http://127.0.0.1:1", "server").result()).isEqualTo(Result.NO);
    }

    @Test
    void anIdentityOfAnotherServerOrADamagedOneIsNo() throws Exception {
        Path folder = temp.resolve("state");
        try (StateFolder state = StateFolder.open(folder)) {
            state.write(Identity.fresh().enrolled("https://pond.example.com", WORKER));
        }

        Check other = check("http://127.0.0.1:1", "identity");
        assertThat(other.result()).isEqualTo(Result.NO);
        assertThat(other.message()).contains("is for https://pond.example.com").contains("--state-dir");

        Files.writeString(folder.resolve("identity.json"), "{");
        assertThat(check("http://127.0.0.1:1", "identity").message()).contains("is damaged; remove it");
    }

    private static String health(String version) {
        return "{\"status\":\"ok\",\"label\":null,\"version\":\"" + version + "\"}";
    }

    private Check check(String url, String name) throws InterruptedException {
        HttpSettings http =
                new HttpSettings(ServerAddress.of(url, false), Optional.empty(), "test", InstantSource.system());
        return ServerChecks.examine(temp.resolve("state"), Optional.of(http)).stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
