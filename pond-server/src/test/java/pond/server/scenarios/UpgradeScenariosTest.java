package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.server.TestKeys;
import pond.server.db.StateDir;
import pond.server.db.StorageRefusedException;
import pond.testing.TestDatabase;

/** A server on the state of an older version, and on that of a newer one. */
class UpgradeScenariosTest {
    private static final String RUN = "01890a5d-ac96-774b-bcce-b302099a8057";
    /** The schema before labels, re-runs and callbacks. */
    private static final String[] OLD = {
        "0001_create_keys.sql",
        "0002_create_runs.sql",
        "0003_create_artifacts.sql",
        "0004_create_usage.sql",
        "0005_create_workers.sql",
        "0006_create_enrollment.sql",
        "0007_create_registry.sql",
        "0008_create_invocations.sql"
    };

    @TempDir
    private Path folder;

    private Path state;

    @BeforeEach
    void fill() {
        state = folder.resolve("state");
        StateDir.forTool(state).close();
        try (TestDatabase old = new TestDatabase(state, "pond", OLD)) {
            TestDatabase.get(old.db.change(tx -> {
                tx.update(
                        "INSERT INTO runs (id, project_id, submitted_by, status, version, created_at, finished_at)"
                                + " VALUES (?, 'p', 'service', 'done', 3, 1000, 2000)",
                        RUN);
                tx.update(
                        "INSERT INTO run_snapshots (run_id, trigger, definition, sources, labels)"
                                + " VALUES (?, 'api', '{\"stages\":[]}', '[]', '{\"team\":\"red\"}')",
                        RUN);
            }));
        }
    }

    @Test
    void whatAnOlderVersionHasStoredIsServedAndACopyOfItIsKept() throws IOException {
        try (TestPond pond = TestPond.startWithoutWaiting(state, "POND_LOCAL_EXECUTORS", "")) {
            Client client = pond.service();
            assertThat(client.get("/v1/runs/" + RUN).json().at("/run/status").asText())
                    .isEqualTo("done");
            assertThat(client.get("/v1/runs?label=team%3Dred").body()).contains(RUN);
        }

        assertThat(copies()).singleElement().satisfies(copy -> {
            assertThat(copy.getFileName().toString()).startsWith("before-").endsWith("-pond-8");
            try (TestDatabase old = new TestDatabase(copy, "pond", OLD)) {
                assertThat(old.db.<Boolean>read(
                                tx -> tx.find("SELECT status FROM runs WHERE id = ?", row -> row.text("status"), RUN)
                                        .isPresent()))
                        .isTrue();
            }
        });
    }

    @Test
    void aToolThatUpgradesKeepsACopyToo() throws IOException {
        assertThat(TestKeys.mint(state, "p")).startsWith("pond_pk_");
        assertThat(copies()).hasSize(1);
        assertThat(TestKeys.mint(state, "p")).startsWith("pond_pk_");
        assertThat(copies()).hasSize(1);
    }

    @Test
    void theStateOfANewerVersionIsRefusedByServerAndTools() throws IOException {
        try (TestDatabase newer = new TestDatabase(state, "pond", OLD)) {
            TestDatabase.get(newer.db.change(
                    tx -> tx.update("INSERT INTO schema_migrations VALUES ('0099_of_tomorrow.sql', 'x', 0)")));
        }
        String message = "it has schema 99 (0099_of_tomorrow.sql), and this version knows schemas up to ";

        assertThatThrownBy(() -> TestPond.startWithoutWaiting(state))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> TestKeys.mint(state, "p"))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining(message);
        assertThat(state.resolve("backups")).doesNotExist();
    }

    private Path[] copies() throws IOException {
        try (Stream<Path> files = Files.list(state.resolve("backups"))) {
            return files.toArray(Path[]::new);
        }
    }
}
