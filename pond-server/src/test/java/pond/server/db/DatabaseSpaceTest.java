package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.testing.TestDatabase;

class DatabaseSpaceTest {
    private static final int ROWS = 400;

    private Path file;
    private TestDatabase database;

    @BeforeEach
    void fill(@TempDir Path folder) {
        file = folder.resolve("space.db");
        database = new TestDatabase(
                folder, "space", new Migrator("db/pond", List.of(), InstantSource.fixed(Instant.EPOCH)));
        get(database.db.change(tx -> {
            tx.update("CREATE TABLE texts (id INTEGER PRIMARY KEY, text BLOB) STRICT");
            for (int i = 0; i < ROWS; i++) {
                tx.update("INSERT INTO texts (text) VALUES (?)", (Object) new byte[10_000]);
            }
        }));
        get(database.db.emptyWal());
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatIsDeletedIsGivenBackAPieceAtATime() throws IOException {
        FileSpace full = database.db.space();
        long before = Files.size(file);
        // The first half, so that pages of the second must move.
        get(database.db.change(tx -> tx.update("DELETE FROM texts WHERE id <= ?", ROWS / 2)));

        FileSpace half = database.db.space();
        assertThat(half.shrinks()).isTrue();
        assertThat(half.bytes()).isEqualTo(full.bytes());
        assertThat(half.freeBytes()).isGreaterThan(full.bytes() / 3);

        get(database.db.release(100));
        FileSpace some = database.db.space();
        assertThat(half.bytes() - some.bytes()).isEqualTo(100L * half.pageBytes());
        get(database.db.release(100_000));
        get(database.db.emptyWal());

        assertThat(database.db.space().freeBytes()).isZero();
        assertThat(Files.size(file)).isEqualTo(database.db.space().bytes()).isLessThan(before * 2 / 3);
        List<String> check =
                database.db.read(tx -> tx.list("PRAGMA integrity_check", row -> row.text("integrity_check")));
        List<Long> rows = database.db.read(
                tx -> tx.list("SELECT count(*) AS n FROM texts WHERE length(text) = 10000", row -> row.number("n")));
        assertThat(check).containsExactly("ok");
        assertThat(rows).containsExactly((long) ROWS / 2);
    }

    @Test
    void theWalIsEmptiedAndNobodyWaitsForAReader() throws IOException {
        Path wal = file.resolveSibling("space.db-wal");
        get(database.db.change(tx -> tx.update("UPDATE texts SET text = ?", (Object) new byte[9_000])));
        assertThat(Files.size(wal)).isPositive();

        // A snapshot from before: what came after it must stay in the WAL, and the write behind it must not wait.
        database.db.read(tx -> {
            long rows = tx.find("SELECT count(*) AS n FROM texts", row -> row.number("n"))
                    .orElseThrow();
            get(database.db.change(other -> other.update("DELETE FROM texts WHERE id = 1")));
            get(database.db.emptyWal());
            assertThat(Files.size(wal)).isPositive();
            return rows;
        });
        get(database.db.emptyWal());

        assertThat(Files.size(wal)).isZero();
    }
}
