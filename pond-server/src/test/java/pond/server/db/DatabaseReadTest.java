package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.server.db.Databases.get;
import static pond.server.db.Databases.pragma;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseReadTest {
    @TempDir
    Path folder;

    @Test
    void aReadSeesEveryWriteWhoseFutureHasCompleted() throws Exception {
        try (Databases it = new Databases(folder)) {
            for (int i = 0; i < 200; i++) {
                get(it.insert("note " + i));
                assertThat(it.texts()).hasSize(i + 1);
            }
        }
    }

    @Test
    void oneReadIsOneSnapshot() throws Exception {
        try (Databases it = new Databases(folder)) {
            List<Integer> counts = it.db.read(tx -> {
                List<Integer> seen = new ArrayList<>();
                seen.add(count(tx));
                get(it.insert("meanwhile"));
                seen.add(count(tx));
                return seen;
            });
            assertThat(counts).containsExactly(0, 0);
            assertThat(it.texts()).containsExactly("meanwhile");
        }
    }

    @Test
    void aReadCannotWriteAndHasNoHooks() throws Exception {
        try (Databases it = new Databases(folder)) {
            assertThatThrownBy(() -> it.db.read(tx -> tx.handle().execute("DELETE FROM notes")))
                    .isInstanceOf(UnableToExecuteStatementException.class);
            assertThatThrownBy(() -> it.db.read(tx -> Databases.insert(tx, "x")))
                    .isInstanceOf(DatabaseException.class)
                    .hasRootCauseMessage("[SQLITE_READONLY] Attempt to write a readonly database"
                            + " (attempt to write a readonly database)");
            assertThatThrownBy(() -> it.db.read(tx -> {
                        tx.afterCommit(() -> {});
                        return 1;
                    }))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aResultSetLeftOpenHoldsNoSnapshot() throws Exception {
        try (Databases it = new Databases(Databases.config(folder, 10, Duration.ofSeconds(5)))) {
            for (String text : List.of("a", "b", "c")) {
                get(it.insert(text));
            }
            for (int i = 0; i < 2; i++) {
                it.db.read(tx -> {
                    ResultSet rows = tx.statement("SELECT text FROM notes").executeQuery();
                    return rows.next();
                });
            }
            get(it.insert("d"));
            try (var tool = java.sql.DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("test.db"));
                    var statement = tool.createStatement();
                    ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
                assertThat(row.getInt("busy")).isZero();
            }
        }
    }

    @Test
    void anInterruptedReaderHurtsNobodyElse() throws Exception {
        try (Databases it = new Databases(folder)) {
            Thread.currentThread().interrupt();
            try {
                assertThat(it.texts()).isEmpty();
            } catch (DatabaseBusyException e) {
                assertThat(e).hasMessageContaining("no connection");
            }
            assertThat(Thread.interrupted()).isTrue();

            get(it.insert("still there"));
            assertThat(it.texts()).containsExactly("still there");
        }
    }

    @Test
    void statementsAreKeptUpToABoundAndForgetTheirParameters() throws Exception {
        try (Databases it = new Databases(folder)) {
            get(it.db.write(tx -> {
                assertThat(tx.statement("SELECT 1")).isSameAs(tx.statement("SELECT 1"));
                for (int i : IntStream.range(0, 1_000).toArray()) {
                    try (ResultSet row = tx.statement("SELECT " + i).executeQuery()) {
                        assertThat(row.getInt(1)).isEqualTo(i);
                    }
                }
                return 1;
            }));
            get(it.insert("bound"));
            var unbound = it.db.write(tx -> {
                var insert = tx.statement("INSERT INTO notes (text) VALUES (?)");
                return insert.executeUpdate();
            });
            assertThat(Databases.failure(unbound)).hasMessageContaining("NOT NULL");
        }
    }

    @Test
    void everyConnectionHasOurSettings() throws Exception {
        try (Databases it = new Databases(folder)) {
            String[] names = {
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "busy_timeout",
                "temp_store",
                "journal_size_limit",
                "trusted_schema",
                "wal_autocheckpoint",
                "query_only"
            };
            List<String> writer = get(it.db.write(tx -> values(tx, names)));
            List<String> reader = it.db.read(tx -> values(tx, names));

            assertThat(writer).containsExactly("wal", "2", "1", "5000", "2", "67108864", "0", "4096", "0");
            assertThat(reader).containsExactly("wal", "2", "1", "5000", "2", "67108864", "0", "1000", "1");
        }
    }

    @Test
    void instantsAreStoredAsEpochMilliseconds() throws Exception {
        Instant noon = Instant.parse("2026-01-01T12:00:00.123Z");
        try (Databases it = new Databases(folder)) {
            get(it.db.write(tx -> tx.handle()
                    .createUpdate("INSERT INTO notes (text, written_at) VALUES ('x', :at), ('y', NULL)")
                    .bind("at", noon)
                    .execute()));
            assertThat(it.db.<Long>read(tx -> tx.handle()
                            .createQuery("SELECT written_at FROM notes WHERE text = 'x'")
                            .mapTo(Long.class)
                            .one()))
                    .isEqualTo(noon.toEpochMilli());
            assertThat(it.db.<List<Instant>>read(tx -> tx.handle()
                            .createQuery("SELECT written_at FROM notes ORDER BY id")
                            .mapTo(Instant.class)
                            .list()))
                    .containsExactly(noon, null);
        }
    }

    @Test
    void newFilesAreForTheirOwnerOnly() throws Exception {
        try (Databases it = new Databases(folder)) {
            get(it.insert("x"));
            for (String name : List.of("test.db", "test.db-wal", "test.db-shm")) {
                assertThat(mode(folder.resolve(name))).as(name).isEqualTo("rw-------");
            }
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static int count(Tx tx) {
        return tx.handle()
                .createQuery("SELECT count(*) FROM notes")
                .mapTo(Integer.class)
                .one();
    }

    private static List<String> values(Tx tx, String[] names) throws Exception {
        List<String> values = new ArrayList<>();
        for (String name : names) {
            values.add(pragma(tx, name));
        }
        return values;
    }
}
