package pond.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.ProjectId;
import pond.common.json.Json;
import pond.server.audit.Actor;
import pond.server.audit.AuditLog;
import pond.server.cli.ExitCode;
import pond.server.config.SourceKeyFile;
import pond.server.credentials.Credential;
import pond.server.credentials.Credentials;
import pond.server.db.StateDir;
import pond.server.db.StorageRefusedException;
import pond.server.runs.SealedCallback;
import pond.server.runs.SealedSources;
import pond.server.sealing.SourceKey;
import pond.testing.TestClock;
import pond.testing.TestDatabase;

/** Changes of the key, whole and broken off; after each, everything opens as a server would open it. */
class KeyRotationTest {
    private static final String RUN = "01890a5d-ac96-774b-bcce-b302099a8057";
    private static final String SOURCES = "[]";
    private static final String SECRET = "0123456789abcdef";
    private static final JsonNode CREDENTIAL =
            Json.readTree("{\"name\":\"c\",\"provider\":\"openai\",\"secrets\":{\"OPENAI_API_KEY\":\"sk-plain\"}}");

    private final TestClock clock = new TestClock();
    private final KeyRotation rotation = new KeyRotation(clock);

    @TempDir
    private Path folder;

    private byte[] first = new byte[0];

    @BeforeEach
    void fill() throws IOException {
        first = SourceKeyFile.readOrCreate(folder);
        StateDir.forTool(folder).close();
        SourceKey key = new SourceKey(first);
        try (TestDatabase database = open()) {
            Credentials credentials = credentials(database, key);
            TestDatabase.get(credentials.put(CREDENTIAL, Actor.COMMAND_LINE));
            TestDatabase.get(database.db.change(tx -> {
                tx.update(
                        "INSERT INTO runs (id, project_id, submitted_by, status, version, created_at)"
                                + " VALUES (?, 'p', 'service', 'queued', 1, 0)",
                        RUN);
                tx.update(
                        "INSERT INTO run_snapshots (run_id, trigger, definition, sources, sealed_sources, labels)"
                                + " VALUES (?, 'api', '{}', '[]', ?, '{}')",
                        RUN,
                        key.seal(SOURCES, RUN));
                tx.update(
                        "INSERT INTO run_callbacks (run_id, url, sealed_secret) VALUES (?, 'https://h/', ?)",
                        RUN,
                        key.seal(SECRET, RUN));
            }));
        }
    }

    @Test
    void allIsUnderTheNewKeyAlone() throws Exception {
        assertThat(rotation.rotateFile(folder)).isEqualTo(new KeyRotation.Done(1, 1, 1));

        byte[] second = SourceKeyFile.readOrCreate(folder);
        assertThat(second).isNotEqualTo(first);
        assertThat(SourceKeyFile.readNext(folder)).isEmpty();
        assertThat(opens(new SourceKey(second))).isTrue();
        assertThat(opens(new SourceKey(first))).isFalse();
        try (TestDatabase database = open()) {
            assertThat(new AuditLog(database.db, clock).list(Long.MAX_VALUE, 1).entries())
                    .allSatisfy(entry -> assertThat(entry.action()).isEqualTo("source_key.rotate"));
        }
    }

    @Test
    void brokenOffBeforeTheCommitAllIsUnderTheOldKeyAndTheNextTryTakesUpTheSameNewOne() throws Exception {
        byte[] next = SourceKeyFile.readOrCreateNext(folder);

        assertThat(opens(asAServerReads())).isTrue();
        assertThat(opens(new SourceKey(first))).isTrue();
        rotation.rotateFile(folder);
        assertThat(SourceKeyFile.readOrCreate(folder)).isEqualTo(next);
        assertThat(opens(new SourceKey(next))).isTrue();
    }

    @Test
    void brokenOffBetweenCommitAndRenameAServerOpensAllAndTheNextTryEndsIt() throws Exception {
        byte[] next = SourceKeyFile.readOrCreateNext(folder);
        reseal(new SourceKey(next, first));

        assertThat(opens(new SourceKey(first))).isFalse();
        assertThat(opens(asAServerReads())).isTrue();
        // What such a server seals is under the old key again.
        try (TestDatabase database = open()) {
            TestDatabase.get(credentials(database, asAServerReads()).put(CREDENTIAL, Actor.COMMAND_LINE));
        }
        rotation.rotateFile(folder);
        assertThat(SourceKeyFile.readOrCreate(folder)).isEqualTo(next);
        assertThat(opens(new SourceKey(next))).isTrue();
    }

    @Test
    void whatNoKeyOpensStopsItBeforeAnythingHasChanged() throws Exception {
        byte[] wrong = new byte[32];

        assertThatThrownBy(() -> rotation.rotateGiven(folder, wrong, wrong))
                .isInstanceOf(IOException.class)
                .hasMessage("the key does not open credential c; nothing has been changed");

        assertThat(opens(new SourceKey(first))).isTrue();
    }

    @Test
    void aRunningServerStopsIt() {
        try (StateDir server = StateDir.forServer(folder)) {
            assertThat(server.root()).isDirectory();
            assertThatThrownBy(() -> rotation.rotateFile(folder)).isInstanceOf(StorageRefusedException.class);
        }
        assertThat(folder.resolve("source.key.next")).doesNotExist();
        assertThatThrownBy(() -> rotation.rotateFile(folder.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no state of a server");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void theCommandTakesAKeyOfTheEnvironmentToOneFromAFile() throws Exception {
        byte[] second = new byte[32];
        second[5] = 5;
        Path file = Files.writeString(folder.resolve("new.key"), base64(second) + "\n");
        Map<String, String> env = Map.of("POND_STATE_DIR", folder.toString(), "POND_SOURCE_KEY", base64(first));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();

        assertThat(execute(env, out, err)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--new-key-file must give the new one");
        assertThat(execute(env, out, err, "--new-key-file", file.toString())).isZero();
        assertThat(out.toString())
                .contains("sealed anew: 1 credentials, the sources of 1 runs, the secrets of 1 callbacks");
        assertThat(opens(new SourceKey(second))).isTrue();
        assertThat(SourceKeyFile.readOrCreate(folder))
                .as("the file is not that key's")
                .isEqualTo(first);
    }

    @Test
    void theCommandSaysWhyItCannot() {
        StringWriter err = new StringWriter();
        Map<String, String> env = Map.of("POND_STATE_DIR", folder.toString());

        assertThat(execute(env, new StringWriter(), err, "--new-key-file", "x")).isEqualTo(ExitCode.USAGE);
        try (StateDir server = StateDir.forServer(folder)) {
            assertThat(server.root()).isDirectory();
            assertThat(execute(env, new StringWriter(), err)).isEqualTo(ExitCode.FAILED);
        }
        assertThat(err.toString()).contains("goes with POND_SOURCE_KEY").contains("is in use by another server");
        assertThat(execute(env, new StringWriter(), err)).isZero();
    }

    private static int execute(Map<String, String> env, StringWriter out, StringWriter err, String... more) {
        String[] args = new String[more.length + 1];
        args[0] = "rotate-source-key";
        System.arraycopy(more, 0, args, 1, more.length);
        return ServerMain.commandLine(env, config -> {
                    throw new IllegalStateException("nothing is served here");
                })
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    /** As {@link PondServer} puts its key together. */
    private SourceKey asAServerReads() throws IOException {
        byte[] next = SourceKeyFile.readNext(folder).orElseThrow();
        return new SourceKey(SourceKeyFile.readOrCreate(folder), next);
    }

    private void reseal(SourceKey keys) {
        try (TestDatabase database = open()) {
            TestDatabase.get(database.db.write(tx -> {
                Credentials.reseal(tx, keys);
                SealedCallback.reseal(tx, keys);
                return SealedSources.reseal(tx, keys);
            }));
        }
    }

    /** Whether a key opens everything that is sealed. */
    private boolean opens(SourceKey key) {
        try (TestDatabase database = open()) {
            Credentials credentials = credentials(database, key);
            Credential found = credentials.find("c", new ProjectId("p")).orElseThrow();
            String sealed = database.db
                    .read(tx -> tx.find("SELECT sealed_sources FROM run_snapshots", row -> row.text("sealed_sources")))
                    .orElseThrow();
            String secret = database.db
                    .read(tx -> tx.find("SELECT sealed_secret FROM run_callbacks", row -> row.text("sealed_secret")))
                    .orElseThrow();
            return Objects.equals(credentials.open(found, "a test").get("OPENAI_API_KEY"), "sk-plain")
                    && key.open(sealed, RUN).equals(SOURCES)
                    && key.open(secret, RUN).equals(SECRET);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private Credentials credentials(TestDatabase database, SourceKey key) {
        return new Credentials(database.db, key, (tx, name) -> List.of(), new AuditLog(database.db, clock), clock);
    }

    private TestDatabase open() {
        return new TestDatabase(folder, "pond", TestSchema.pond(clock));
    }

    private static String base64(byte[] key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key);
    }
}
