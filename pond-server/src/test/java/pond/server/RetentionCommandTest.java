package pond.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import pond.common.json.Json;
import pond.server.db.StateDir;
import pond.testing.TestDatabase;

class RetentionCommandTest {
    private static final InstantSource CLOCK = InstantSource.system();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    /** A run that ended 31 days ago, with a log and an artifact. */
    @BeforeEach
    void fill() {
        long end = CLOCK.instant().minus(Duration.ofDays(31)).toEpochMilli();
        String run = "01890a5d-ac96-774b-bcce-b302099a8057";
        try (TestDatabase database = new TestDatabase(folder, "pond", Schema.pond(CLOCK));
                TestDatabase logs = new TestDatabase(folder, "logs", Schema.logs(CLOCK))) {
            TestDatabase.get(database.db.change(tx -> {
                tx.update("""
                        INSERT INTO runs (id, project_id, submitted_by, status, version, created_at, finished_at)
                        VALUES (?, 'garden', 'service', 'done', 1, ?, ?)
                        """, run, end, end);
                tx.update("""
                        INSERT INTO artifacts (run_id, stage_position, stage, substage, name, size, sha256, content_type,
                            created_at) VALUES (?, 0, 'a', '', 'n', 500, ?, 't', 1)
                        """, run, "a".repeat(64));
            }));
            TestDatabase.get(logs.db.change(tx -> tx.update(
                    "INSERT INTO log_heads (run_id, next_id, bytes, created_at) VALUES (?, 2, 300, 1)", run)));
        }
    }

    @Test
    void whatWouldGoIsShownByProjectAndNothingGoes() {
        for (int i = 0; i < 2; i++) {
            assertThat(execute(Map.of(), "retention", "--dry-run")).isZero();
            assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
                    .containsExactly(
                            "PROJECT RUNS LOGS LOG BYTES ARTIFACTS OF RUNS ARTIFACT BYTES",
                            "garden 0 1 300 1 500",
                            "total 0 1 300 1 500");
        }
    }

    @Test
    void theStateOfAnOlderVersionIsLeftAsItIs(@TempDir Path older) {
        StateDir.forTool(older).close();
        new TestDatabase(older, "pond", "0001_create_keys.sql").close();

        assertThat(execute(Map.of("POND_STATE_DIR", older.toString()), "retention", "--dry-run"))
                .isEqualTo(1);

        assertThat(err.toString()).contains("is of an earlier version of pond");
        // It would be refused by those who know this one script only, had it been given another.
        new TestDatabase(older, "pond", "0001_create_keys.sql").close();
    }

    @Test
    void programsGetJsonAndOtherSettingsCanBeTried() {
        assertThat(execute(Map.of("POND_RETENTION_RUNS_DAYS", "14"), "retention", "--dry-run", "--json"))
                .isZero();

        JsonNode plan = Json.readTree(out.toString());
        assertThat(plan.at("/projects/0/projectId").textValue()).isEqualTo("garden");
        assertThat(plan.path("total").toString())
                .isEqualTo("{\"runs\":1,\"logs\":1,\"artifacts\":1,\"log_bytes\":300,\"artifact_bytes\":500}");
    }

    @Test
    void mistakesAreNamed() {
        assertThat(execute(Map.of(), "retention")).isEqualTo(2);
        assertThat(err.toString()).contains("--dry-run");
        assertThat(execute(Map.of("POND_RETENTION_LOGS_DAYS", "0"), "retention", "--dry-run"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("POND_RETENTION_LOGS_DAYS takes");
        Path elsewhere = folder.resolve("elsewhere");
        assertThat(execute(Map.of("POND_STATE_DIR", elsewhere.toString()), "retention", "--dry-run"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("there is no state of a server in " + elsewhere);
        assertThat(elsewhere).doesNotExist();
    }

    private int execute(Map<String, String> settings, String... arguments) {
        Map<String, String> env = new HashMap<>(Map.of("POND_STATE_DIR", folder.toString()));
        env.putAll(settings);
        out.getBuffer().setLength(0);
        CommandLine line = ServerMain.commandLine(env, config -> {
            throw new IllegalStateException("no server is to be started");
        });
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
