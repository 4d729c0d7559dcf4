package pond.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pond.server.artifacts.Digest;
import pond.server.db.FilesLock;
import pond.testing.TestDatabase;

@Timeout(60)
class BackupServiceTest {
    private static final BackupService.Wishes PLAIN = new BackupService.Wishes(false, 0);

    @TempDir
    private Path folder;

    private TestState state;
    private Path directory;

    @BeforeEach
    void open() throws IOException {
        state = new TestState(folder.resolve("state"));
        directory = folder.resolve("backups");
    }

    @AfterEach
    void close() {
        state.close();
    }

    @Test
    void aBackupHoldsAllThatRowsNameAndIsForItsOwnerOnly() throws Exception {
        BackupService.Proven proven = state.backups.take(directory, PLAIN);

        assertThat(proven.folder()).isEqualTo(directory.resolve("pond-20260102T030405Z"));
        Manifest manifest = proven.manifest();
        assertThat(manifest.counts()).isEqualTo(new Manifest.Counts(2, 4, 1, 3));
        assertThat(manifest.files()).isEqualTo(5);
        assertThat(manifest.sourceKey()).isFalse();
        assertThat(new BackupCheck(state.schemas()).verify(proven.folder())).isEqualTo(manifest);
        assertThat(state.backups.lastProven()).contains(state.clock.instant());
        try (Stream<Path> all = Files.walk(proven.folder())) {
            assertThat(all)
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
        }
        assertThat(names(proven.folder()))
                .containsExactlyInAnyOrder("artifacts", "backup.json", "bundles", "files.sha256", "logs.db", "pond.db");
    }

    @Test
    void theSourceKeyGoesAlongWhenItIsAskedFor() throws Exception {
        BackupService.Proven proven = state.backups.take(directory, new BackupService.Wishes(true, 0));

        assertThat(proven.manifest().sourceKey()).isTrue();
        assertThat(proven.folder().resolve("source.key"))
                .hasSameBinaryContentAs(state.state.root().resolve("source.key"));
        state.clock.advance(Duration.ofSeconds(1));
        Files.delete(state.state.root().resolve("source.key"));
        assertThatThrownBy(() -> state.backups.take(directory, new BackupService.Wishes(true, 0)))
                .hasMessageContaining("POND_SOURCE_KEY");
    }

    @Test
    void olderOnesGoWhenTheNewOneIsProven() throws Exception {
        for (int i = 0; i < 3; i++) {
            state.backups.take(directory, new BackupService.Wishes(false, 2));
            state.clock.advance(Duration.ofDays(1));
        }
        Files.writeString(directory.resolve("pond-notes.txt"), "mine");

        assertThat(names(directory))
                .containsExactlyInAnyOrder(".lock", "pond-20260103T030405Z", "pond-20260104T030405Z", "pond-notes.txt");
    }

    @Test
    void nothingIsOverwrittenAndWhatAKilledOneHasLeftGoes() throws Exception {
        Path left = Files.createDirectories(directory.resolve(".incomplete-pond-20250102T030405Z"));
        Files.writeString(left.resolve("pond.db"), "half");
        state.backups.take(directory, PLAIN);
        assertThat(left).doesNotExist();

        assertThatThrownBy(() -> state.backups.take(directory, PLAIN))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("exists already");
        assertThat(names(directory)).containsExactlyInAnyOrder(".lock", "pond-20260102T030405Z");
    }

    @Test
    void aBackupBesideItsOriginalIsRefused() {
        assertThatThrownBy(() -> state.backups.take(state.state.backups(), PLAIN))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("is in the state folder");
    }

    @Test
    void whatCannotBeProvenLeavesNothing() throws Exception {
        Path file = state.file(state.artifact);
        byte[] bytes = Files.readAllBytes(file);
        bytes[0]++;
        Files.write(file, bytes);
        assertThatThrownBy(() -> state.backups.take(directory, PLAIN))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("is damaged");
        Files.delete(file);
        assertThatThrownBy(() -> state.backups.take(directory, PLAIN)).hasMessageContaining("is missing");
        Files.createSymbolicLink(file, state.state.root().resolve("source.key"));
        assertThatThrownBy(() -> state.backups.take(directory, PLAIN)).hasMessageContaining("is not a plain file");

        assertThat(names(directory)).containsExactly(".lock");
        assertThat(state.backups.lastProven()).isEmpty();
    }

    @Test
    void itWaitsForWhoDeletesFilesAndKeepsOthersFromIt() throws Exception {
        FilesLock.Held sweep = state.lock.tryTake().orElseThrow();
        CompletableFuture<BackupService.Proven> backup = CompletableFuture.supplyAsync(() -> {
            try {
                return state.backups.take(directory, PLAIN);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        // The snapshot begins after the sweep, so what the sweep deletes is not in it.
        TestDatabase.get(state.pond.db.change(tx -> tx.update("DELETE FROM artifacts")));
        Files.delete(state.file(state.artifact));
        assertThat(backup).isNotDone();
        sweep.close();

        Digest gone = state.artifact;
        BackupService.Proven proven = backup.get(30, TimeUnit.SECONDS);
        assertThat(proven.manifest().counts().artifacts()).isZero();
        assertThat(proven.folder().resolve("artifacts").resolve(gone.sha256().substring(0, 2)))
                .doesNotExist();
        state.lock.tryTake().orElseThrow().close();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
