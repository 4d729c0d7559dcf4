package pond.server.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.ProjectId;
import pond.common.problems.ProblemCode;
import pond.server.TestSchema;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.testing.TestDatabase;

class ProjectBytesTest {
    private static final ProjectId PROJECT = new ProjectId("garden");

    @TempDir
    private Path folder;

    private TestDatabase pond;
    private TestDatabase logs;
    private long nanos;

    @BeforeEach
    void open() {
        pond = new TestDatabase(folder, "pond", TestSchema.pond(() -> Instant.EPOCH));
        logs = new TestDatabase(folder, "logs", TestSchema.logs(() -> Instant.EPOCH));
    }

    @AfterEach
    void close() {
        pond.close();
        logs.close();
    }

    private void run(String id, String project, long artifactBytes, long logBytes) {
        get(pond.db.change(tx -> {
            tx.update(
                    "INSERT INTO runs (id, project_id, submitted_by, status, version, created_at) VALUES (?, ?, 'service', 'queued', 1, 0)",
                    id,
                    project);
            tx.update(
                    "INSERT INTO artifacts VALUES (?, 0, 'a', '', 'x', ?, ?, 'text/plain', 0)",
                    id,
                    artifactBytes,
                    "0".repeat(64));
        }));
        get(logs.db.change(tx -> tx.update("INSERT INTO log_heads VALUES (?, 1, ?, 0)", id, logBytes)));
    }

    private ProjectBytes bounded(long most) {
        return new ProjectBytes(pond.db, logs.db, most, () -> nanos);
    }

    @Test
    void artifactsAndLogsOfTheProjectCountAndThoseOfOthersDoNot() {
        for (int i = 0; i < 1_001; i++) {
            run("run-" + i, "garden", 2, 3);
        }
        run("other", "orchard", 1_000_000, 1_000_000);

        bounded(5_006).requireRoom(PROJECT);
        assertThatThrownBy(() -> bounded(5_005).requireRoom(PROJECT))
                .isInstanceOfSatisfying(PondException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.LIMITED);
                    assertThat(refusal.problems().get(0).code()).isEqualTo(ProblemCode.PROJECT_FULL);
                    assertThat(refusal.retryAfter()).isPresent();
                });
        bounded(5_005).requireRoom(new ProjectId("empty"));
    }

    @Test
    void aSumIsTakenAnewAfterTenSeconds() {
        ProjectBytes bytes = bounded(10);
        bytes.requireRoom(PROJECT);
        run("a", "garden", 10, 0);

        bytes.requireRoom(PROJECT);
        nanos += TimeUnit.SECONDS.toNanos(10);
        assertThatThrownBy(() -> bytes.requireRoom(PROJECT)).isInstanceOf(PondException.class);

        get(pond.db.change(tx -> tx.update("DELETE FROM artifacts")));
        nanos += TimeUnit.SECONDS.toNanos(10);
        assertThatCode(() -> bytes.requireRoom(PROJECT)).doesNotThrowAnyException();
    }

    @Test
    void withoutABoundNothingIsAddedUp() {
        pond.close();

        assertThatCode(() -> bounded(0).requireRoom(PROJECT)).doesNotThrowAnyException();
    }
}
