package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.server.db.StorageRefusedException.Reason;

class SnapshotTest {
    @TempDir
    private Path folder;

    private Databases databases;
    private Path copy;

    @BeforeEach
    void open() {
        databases = new Databases(folder);
        copy = folder.resolve("copies").resolve("copy.db");
    }

    @AfterEach
    void close() {
        databases.close();
    }

    @Test
    void theWriterGoesOnAndTheCopyHasNothingOfIt() throws Exception {
        Databases.get(databases.insert("before"));
        Files.createDirectory(copy.getParent());
        try (Snapshot snapshot = Snapshot.of(file())) {
            Databases.get(databases.insert("meanwhile"));
            snapshot.copyTo(copy);
            Databases.get(databases.insert("after"));
            assertThat(texts(snapshot)).contains("before").doesNotContain("meanwhile", "after");
        }

        try (Snapshot read = Snapshot.ofCopy(copy)) {
            read.check();
            assertThat(read.schema(Databases.NOTES)).isEqualTo(1);
            assertThat(texts(read)).contains("before").doesNotContain("meanwhile", "after");
            assertThatThrownBy(() -> read.read(tx -> Databases.insert(tx, "no")))
                    .isInstanceOf(DatabaseException.class);
        }
        assertThat(databases.texts()).contains("before", "meanwhile", "after");
        try (Stream<Path> files = Files.list(copy.getParent())) {
            assertThat(files).as("no companions").containsExactly(copy);
        }
        assertThat(Files.getPosixFilePermissions(copy)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        Files.createDirectory(copy.getParent());
        Files.writeString(copy, "mine");
        try (Snapshot snapshot = Snapshot.of(file())) {
            assertThatThrownBy(() -> snapshot.copyTo(copy))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("exists already");
        }
        assertThat(copy).hasContent("mine");
    }

    @Test
    void damageIsFound() throws Exception {
        for (int i = 0; i < 300; i++) {
            Databases.get(databases.insert("a text of some length, number " + i));
        }
        Files.createDirectory(copy.getParent());
        try (Snapshot snapshot = Snapshot.of(file())) {
            snapshot.copyTo(copy);
        }
        try (RandomAccessFile bytes = new RandomAccessFile(copy.toFile(), "rw")) {
            // Into the second half, beyond the schema: tables and indexes with what was inserted.
            for (long at = bytes.length() / 2; at < bytes.length(); at += 512) {
                bytes.seek(at);
                bytes.write(0x5a);
            }
        }
        try (Snapshot damaged = Snapshot.ofCopy(copy)) {
            assertThatThrownBy(damaged::check)
                    .isInstanceOfSatisfying(
                            StorageRefusedException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
        }
    }

    @Test
    void whatIsNoDatabaseIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text.db"), "no database, but long enough to be one".repeat(100));
        assertThatThrownBy(() -> Snapshot.of(text)).isInstanceOf(StorageRefusedException.class);
        assertThatThrownBy(() -> Snapshot.of(folder.resolve("none.db")))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("there is no database");
        assertThat(folder.resolve("none.db")).doesNotExist();
    }

    private Path file() {
        return folder.resolve("test.db");
    }

    private static List<String> texts(Snapshot snapshot) {
        return snapshot.read(tx -> tx.list("SELECT text FROM notes ORDER BY id", row -> row.text("text")));
    }
}
