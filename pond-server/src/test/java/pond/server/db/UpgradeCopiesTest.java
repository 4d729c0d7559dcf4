package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpgradeCopiesTest {
    private static final Migrator NEW =
            new Migrator("db/good", List.of("0001_create_notes.sql", "0002_add_trigger.sql"), () -> Instant.EPOCH);

    @TempDir
    private Path folder;

    private StateDir state;
    private List<UpgradeCopies.Part> parts;

    @BeforeEach
    void open() {
        state = StateDir.forTool(folder);
        parts = List.of(
                new UpgradeCopies.Part(folder.resolve("test.db"), NEW),
                new UpgradeCopies.Part(folder.resolve("other.db"), NEW));
    }

    @Test
    void onlyWhatAMigrationWaitsForIsCopied() throws IOException {
        assertThat(copies("2.0").take(parts)).as("a new folder").isEmpty();
        new Databases(folder).close();

        Path copy = copies("2.0").take(parts).orElseThrow();

        assertThat(copy).hasFileName("before-2.0-test-1").isDirectoryContaining("glob:**/test.db");
        try (Snapshot snapshot = Snapshot.ofCopy(copy.resolve("test.db"))) {
            snapshot.check();
            assertThat(snapshot.schema(NEW)).isEqualTo(1);
        }
        Database.open(DatabaseConfig.of("test", folder.resolve("test.db")), NEW, Runnable::run)
                .close();
        assertThat(copies("2.1").take(parts)).as("nothing waits").isEmpty();
    }

    @Test
    void theLastTwoStayAndASecondTryReplacesTheFirst() throws IOException {
        new Databases(folder).close();
        Path first = copies("2.0").take(parts).orElseThrow();
        Files.setLastModifiedTime(first, FileTime.fromMillis(1));
        Path second = copies("2.1").take(parts).orElseThrow();
        assertThat(copies("2.1").take(parts)).contains(second);
        Files.setLastModifiedTime(second, FileTime.fromMillis(2));

        Path third = copies("2.2").take(parts).orElseThrow();

        try (Stream<Path> left = Files.list(state.backups())) {
            assertThat(left).containsExactlyInAnyOrder(second, third);
        }
    }

    @Test
    void aNewerSchemaIsRefusedBeforeAnythingIsDone() {
        new Databases(folder).close();
        Database.open(DatabaseConfig.of("other", folder.resolve("other.db")), NEW, Runnable::run)
                .close();
        List<UpgradeCopies.Part> older =
                List.of(parts.get(0), new UpgradeCopies.Part(parts.get(1).file(), Databases.NOTES));

        assertThatThrownBy(() -> copies("1.0").take(older))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("has schema 2")
                .hasMessageContaining("knows schemas up to 1");
        assertThat(state.backups()).doesNotExist();
    }

    @Test
    void anOperatorMayGoWithout() throws IOException {
        new Databases(folder).close();
        Optional<Path> copy = new UpgradeCopies(state, "2.0", false).take(parts);
        assertThat(copy).isEmpty();
        assertThat(state.backups()).doesNotExist();
    }

    private UpgradeCopies copies(String version) {
        return new UpgradeCopies(state, version, true);
    }
}
