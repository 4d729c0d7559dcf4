package pond.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import pond.server.TestSchema;
import pond.server.db.StateDir;
import pond.server.logs.LogService;
import pond.testing.TestDatabase;

@Timeout(60)
class RestoreTest {
    @TempDir
    private static Path shared;

    private static TestState state;
    private static Path whole;

    @TempDir
    private Path folder;

    private Path backup;
    private Path target;
    private Restore restore;

    @BeforeAll
    static void take() throws Exception {
        state = new TestState(shared.resolve("state"));
        whole = state.backups
                .take(shared.resolve("backups"), new BackupService.Wishes(false, 0))
                .folder();
    }

    @AfterAll
    static void close() {
        state.close();
    }

    @BeforeEach
    void copy() throws IOException {
        backup = folder.resolve("backup");
        try (Stream<Path> all = Files.walk(whole)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.copy(path, backup.resolve(whole.relativize(path).toString()));
            }
        }
        target = folder.resolve("new").resolve("state");
        restore = new Restore(state.schemas());
    }

    @Test
    void whatWasThereIsThereAgain() throws IOException {
        Manifest manifest = restore.restore(backup, target);

        assertThat(manifest.version()).isEqualTo("1.2.3");
        assertThat(target.resolve("restored")).isRegularFile();
        assertThat(target.resolve("source.key")).doesNotExist();
        StateDir restored = StateDir.forServer(target);
        restored.close();
        assertThat(restored.artifacts()
                        .resolve(state.artifact.sha256().substring(0, 2))
                        .resolve(state.artifact.sha256()))
                .hasContent("result");
        try (TestDatabase logs = new TestDatabase(target, "logs", TestSchema.logs(state.clock));
                TestDatabase pond = new TestDatabase(target, "pond", TestSchema.pond(state.clock))) {
            assertThat(new LogService(logs.db, state.clock, 1024).page(TestState.RUN, 0, 10))
                    .isEqualTo(state.log().page(TestState.RUN, 0, 10));
            assertThat(pond.db.<Long>read(tx -> tx.find("SELECT count(*) AS n FROM runs", row -> row.number("n"))
                            .orElseThrow()))
                    .isEqualTo(2);
        }
        assertThat(beside()).containsExactly("state");
    }

    @Test
    void aFolderThatIsEmptyWillDoAndOneThatIsNotIsLeftAlone() throws IOException {
        Files.createDirectories(target);
        restore.restore(backup, target);
        assertThat(target.resolve("pond.db")).isRegularFile();

        assertThatThrownBy(() -> restore.restore(backup, target))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("is not empty");
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThatThrownBy(() -> restore.restore(backup, file)).hasMessageContaining("is not a folder");
        assertThat(file).hasContent("mine");
    }

    @Test
    void whatAKilledRestoreHasLeftIsNotMixedIn() throws IOException {
        Path building = folder.resolve("new").resolve(".state.restoring");
        StateDir.forServer(building).close();
        Files.writeString(building.resolve("pond.db"), "half");
        Files.createDirectories(building.resolve("artifacts").resolve("ff"));

        restore.restore(backup, target);

        assertThat(target.resolve("artifacts").resolve("ff")).doesNotExist();
        assertThat(beside()).containsExactly("state");
    }

    private interface Damage {
        void to(Path backup, TestState state) throws IOException;
    }

    private static Stream<Arguments> damages() {
        return Stream.of(
                damage("is damaged", (backup, state) -> Files.write(blob(backup, state), new byte[0])),
                damage("is damaged", (backup, state) -> flip(backup.resolve("logs.db"), 5_000)),
                damage("is damaged", (backup, state) -> flip(backup.resolve("pond.db"), 100)),
                damage("is missing", (backup, state) -> Files.delete(blob(backup, state))),
                damage("is missing", (backup, state) -> Files.delete(backup.resolve("logs.db"))),
                damage("is not a plain file", (backup, state) -> {
                    Files.delete(blob(backup, state));
                    Files.createSymbolicLink(blob(backup, state), state.file(state.artifact));
                }),
                damage("is missing", (backup, state) -> {
                    Files.delete(blob(backup, state));
                    list(backup, text -> text.replaceAll(".*" + state.artifact.sha256() + "\n", ""));
                    manifest(backup, text -> text.replace("\"files\":5", "\"files\":4"));
                }),
                damage("digest differs", (backup, state) -> Files.writeString(backup.resolve("files.sha256"), "")),
                damage(
                        "names no file that a backup can have",
                        (backup, state) -> list(backup, text -> text.replace("pond.db", "../pond.db"))),
                damage(
                        "names no file that a backup can have",
                        (backup, state) -> list(backup, text -> text.replace("  pond.db", "  /etc/passwd"))),
                damage(
                        "names no file that a backup can have",
                        (backup, state) -> list(backup, text -> text.replaceAll("artifacts/../", "artifacts/../../"))),
                damage(
                        "a digest that is not in the name",
                        (backup, state) -> list(
                                backup,
                                text -> text.replaceAll("artifacts/../", "artifacts/zz/")
                                        .replace("/zz/", "/00/"))),
                damage(
                        "names 4 files; 5 were written",
                        (backup, state) -> list(backup, text -> text.replaceFirst(".*\n", ""))),
                damage(
                        "this version knows schemas up to",
                        (backup, state) -> manifest(
                                backup, text -> text.replaceFirst("\"pondSchema\":\\d+", "\"pondSchema\":9000"))),
                damage(
                        "schema of logs.db: 1 found, 0 expected",
                        (backup, state) ->
                                manifest(backup, text -> text.replaceFirst("\"logsSchema\":\\d+", "\"logsSchema\":0"))),
                damage(
                        "runs: 2 found, 3 expected",
                        (backup, state) -> manifest(backup, text -> text.replace("\"runs\":2", "\"runs\":3"))),
                damage(
                        "has format 2 of pond 1.2.3",
                        (backup, state) -> manifest(backup, text -> text.replace("\"format\":1", "\"format\":2"))),
                damage("cannot be read", (backup, state) -> manifest(backup, text -> text.substring(5))),
                damage("cannot be read", (backup, state) -> manifest(backup, text -> "{}")),
                damage("is too long", (backup, state) -> manifest(backup, text -> text + " ".repeat(70_000))),
                damage("is not a backup", (backup, state) -> Files.delete(backup.resolve("backup.json"))));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void aDamagedBackupIsRefusedAndNothingIsMade(String message, Damage damage) throws IOException {
        damage.to(backup, state);

        assertThatThrownBy(() -> restore.restore(backup, target))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
        assertThatThrownBy(() -> new BackupCheck(state.schemas()).verify(backup))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining(message);
        assertThat(beside()).isEmpty();
    }

    @Test
    void whatIsNotThereIsNoBackup() {
        assertThatThrownBy(() -> restore.restore(folder.resolve("none"), target))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("there is no backup");
    }

    private static Arguments damage(String message, Damage damage) {
        return Arguments.of(message, damage);
    }

    private static Path blob(Path backup, TestState state) {
        String sha256 = state.artifact.sha256();
        return backup.resolve("artifacts").resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    /** Changes the list as somebody would who knows that its digest is in the manifest. */
    private static void list(Path backup, UnaryOperator<String> change) throws IOException {
        Path file = backup.resolve("files.sha256");
        String before = DurableFiles.read(file).sha256();
        Files.writeString(file, change.apply(Files.readString(file)));
        manifest(backup, text -> {
            try {
                return text.replace(before, DurableFiles.read(file).sha256());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void manifest(Path backup, UnaryOperator<String> change) throws IOException {
        Path file = backup.resolve("backup.json");
        Files.writeString(file, change.apply(Files.readString(file)));
    }

    private String[] beside() throws IOException {
        Path parent = folder.resolve("new");
        if (!Files.exists(parent)) {
            return new String[0];
        }
        try (Stream<Path> files = Files.list(parent)) {
            return files.map(file -> file.getFileName().toString()).toArray(String[]::new);
        }
    }
}
