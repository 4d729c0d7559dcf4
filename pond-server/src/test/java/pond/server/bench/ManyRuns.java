package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Makes one run into many, row by row in a state folder on which no server runs: submitting them would take longer than
 * measuring what they cost.
 */
final class ManyRuns {
    static final int PROJECTS = 10;
    private static final int ARTIFACT_BYTES = 1024;
    private static final long PAUSE_MILLIS = 6_000;
    private static final long HOURS_MILLIS = 7_200_000;

    private static final long DAY_MILLIS = 86_400_000;
    private static final String SCRIPT =
            "i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo this is line $i of the run; done;"
                    + " head -c 1024 /dev/zero > $POND_OUTPUT_DIR/out.bin";

    private final Path state;
    private final String template;

    ManyRuns(Path state, String template) {
        this.state = state;
        this.template = template;
    }

    /** What the artifacts of copies are. */
    enum Artifacts {
        /** All have the bytes of the run that was copied: one file. */
        SHARED,
        /** A file for each. */
        OWN
    }

    /** A new state folder with one run that has ended, and so many copies of it from ten days ago on; the run itself. */
    static String fill(Site site, String state, int count, Artifacts kind) throws Exception {
        String run;
        try (Server server = site.server(state);
                Wire wire = server.connect()) {
            JsonNode submitted = wire.post(
                    "/v1/runs",
                    "{\"projectId\":\"p0\",\"labels\":{\"team\":\"red\"},\"definition\":{\"stages\":[{\"key\":\"x\",\"executor\":"
                            + "{\"kind\":\"shell\",\"argv\":[\"sh\",\"-c\",\"" + SCRIPT + "\"]}}]}}");
            Runs.requireDone(Runs.end(wire, submitted));
            run = submitted.path("id").asText();
        }
        long begun = System.nanoTime();
        new ManyRuns(site.state(state), run).copy(count, System.currentTimeMillis() - 10 * DAY_MILLIS, kind);
        site.report().figure("%,d copies made".formatted(count), "%.1f s".formatted((System.nanoTime() - begun) / 1e9));
        return run;
    }

    /** Copies of the run that ended one every six seconds, the first at {@code firstMillis}. */
    private void copy(int count, long firstMillis, Artifacts kind) throws Exception {
        try (Connection pond = open("pond.db");
                Connection logs = open("logs.db")) {
            Copier runs = new Copier(pond, "runs", "id", "project_id", "created_at", "started_at", "finished_at");
            Copier snapshots = new Copier(pond, "run_snapshots", "run_id");
            Copier stages = new Copier(pond, "stages", "run_id");
            Copier jobs = new Copier(pond, "jobs", "id", "run_id", "project_id", "fence");
            boolean own = kind == Artifacts.OWN;
            Copier artifacts =
                    own ? new Copier(pond, "artifacts", "run_id", "sha256") : new Copier(pond, "artifacts", "run_id");
            Copier chunks = new Copier(logs, "log_chunks", "run_id");
            Copier heads = new Copier(logs, "log_heads", "run_id");
            Copier logJobs = new Copier(logs, "log_jobs", "job_id", "run_id");
            for (int i = 0; i < count; i++) {
                long at = firstMillis + i * PAUSE_MILLIS;
                String id = new UUID(at << 16 | 0x7000, 0x8000_0000_0000_0000L | i).toString();
                String job = new UUID(at << 16 | 0x7001, 0x8000_0000_0000_0000L | i).toString();
                String project = "p" + i % PROJECTS;
                runs.copy(id, project, at, at, at);
                snapshots.copy(id);
                stages.copy(id);
                jobs.copy(job, id, project, 1_000_000L + i);
                if (own) {
                    artifacts.copy(id, file(i));
                } else {
                    artifacts.copy(id);
                }
                chunks.copy(id);
                heads.copy(id);
                logJobs.copy(job, id);
            }
            pond.commit();
            logs.commit();
        }
    }

    /** Lets runs have ended earlier: the older half of all. */
    int ageOlderHalf(long byMillis) throws SQLException {
        try (Connection pond = open("pond.db");
                Statement statement = pond.createStatement()) {
            int aged = statement.executeUpdate("UPDATE runs SET finished_at = finished_at - " + byMillis
                    + " WHERE finished_at IS NOT NULL AND id <= (SELECT id FROM runs ORDER BY id"
                    + " LIMIT 1 OFFSET (SELECT count(*) / 2 FROM runs))");
            pond.commit();
            return aged;
        }
    }

    private Connection open(String file) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + state.resolve(file));
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA synchronous = OFF");
        }
        connection.setAutoCommit(false);
        return connection;
    }

    private String file(int number) throws Exception {
        byte[] bytes = new byte[ARTIFACT_BYTES];
        ByteBuffer.wrap(bytes).putInt(number);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        write(state.resolve("artifacts").resolve(sha256.substring(0, 2)), sha256, bytes);
        return sha256;
    }

    private static void write(Path folder, String name, byte[] bytes) throws IOException {
        Files.createDirectories(folder);
        Path file = Files.write(folder.resolve(name), bytes);
        // Younger ones are left to a later sweep.
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() - HOURS_MILLIS));
    }

    /** Copies the template's rows of one table with other values in some columns. */
    private final class Copier {
        private final PreparedStatement insert;

        /** @param replaced columns, in the order in which {@link #copy} gets their values */
        Copier(Connection connection, String table, String... replaced) throws SQLException {
            List<String> columns = columns(connection, table);
            List<String> given = List.of(replaced);
            String values = columns.stream()
                    .map(column -> given.contains(column) ? "?" + (given.indexOf(column) + 1) : column)
                    .collect(Collectors.joining(", "));
            insert =
                    connection.prepareStatement("INSERT INTO " + table + " (" + String.join(", ", columns) + ") SELECT "
                            + values + " FROM " + table + " WHERE " + (table.equals("runs") ? "id" : "run_id") + " = '"
                            + template
                            + "'");
        }

        private List<String> columns(Connection connection, String table) throws SQLException {
            List<String> columns = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("PRAGMA table_info(" + table + ")")) {
                while (rows.next()) {
                    columns.add(rows.getString("name"));
                }
            }
            return columns;
        }

        void copy(Object... values) throws SQLException {
            for (int i = 0; i < values.length; i++) {
                insert.setObject(i + 1, values[i]);
            }
            insert.executeUpdate();
        }
    }
}
