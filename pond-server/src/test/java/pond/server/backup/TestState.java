package pond.server.backup;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import pond.common.api.LogSource;
import pond.common.ids.RunId;
import pond.server.TestSchema;
import pond.server.artifacts.ArtifactService;
import pond.server.artifacts.Digest;
import pond.server.config.SourceKeyFile;
import pond.server.db.FilesLock;
import pond.server.db.StateDir;
import pond.server.logs.LogService;
import pond.testing.TestClock;
import pond.testing.TestDatabase;

/** A state folder in use: two runs with log lines, an artifact, an upload that is under way and a bundle. */
final class TestState implements AutoCloseable {
    static final RunId RUN = RunId.of("01890a5d-ac96-774b-bcce-b302099a8057");
    static final RunId SECOND = RunId.of("01890a5d-ac96-774b-bcce-b302099a8058");
    private static final String JOB = "01890a5d-ac96-774b-bcce-b302099a8059";

    final TestClock clock = new TestClock();
    final StateDir state;
    final TestDatabase pond;
    final TestDatabase logs;
    final Digest artifact;
    final FilesLock lock;
    final BackupService backups;

    TestState(Path folder) throws IOException {
        state = StateDir.forTool(folder);
        SourceKeyFile.readOrCreate(state.root());
        pond = new TestDatabase(folder, "pond", TestSchema.pond(clock));
        logs = new TestDatabase(folder, "logs", TestSchema.logs(clock));
        ArtifactService artifacts = new ArtifactService(pond.db, state.artifacts(), clock);
        artifact = keep(artifacts, "result");
        Digest upload = keep(artifacts, "on its way");
        addRun(RUN);
        addRun(SECOND);
        TestDatabase.get(pond.db.change(tx -> {
            tx.update(
                    "INSERT INTO artifacts (run_id, stage_position, stage, substage, name, size, sha256, content_type,"
                            + " created_at) VALUES (?, 0, 'a', '', 'out.txt', ?, ?, 'text/plain', 1)",
                    RUN,
                    artifact.size(),
                    artifact.sha256());
            tx.update(
                    "INSERT INTO artifact_uploads (job_id, name, size, sha256, created_at) VALUES (?, 'b', ?, ?, 1)",
                    JOB,
                    upload.size(),
                    upload.sha256());
        }));
        addBundle(SECOND);
        lock = new FilesLock(state);
        backups = new BackupService(state, lock, schemas(), "1.2.3", clock);
    }

    Schemas schemas() {
        return new Schemas(TestSchema.pond(clock), TestSchema.logs(clock));
    }

    private static Digest keep(ArtifactService artifacts, String text) {
        return artifacts.keep(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), 100);
    }

    private void addRun(RunId run) {
        TestDatabase.get(pond.db.change(tx -> {
            tx.update(
                    "INSERT INTO runs (id, project_id, submitted_by, status, version, created_at)"
                            + " VALUES (?, 'p', 'service', 'queued', 1, 0)",
                    run);
            tx.update(
                    "INSERT INTO run_snapshots (run_id, trigger, definition, sources, labels)"
                            + " VALUES (?, 'api', '{}', '[]', '{}')",
                    run);
        }));
        TestDatabase.get(log().appendSystem(run, null, LogSource.POND, List.of("hello", "of " + run)));
    }

    private void addBundle(RunId run) throws IOException {
        Path file = Files.writeString(state.bundles().resolve("new"), "sources");
        DurableFiles.Content content = DurableFiles.read(file);
        Files.move(file, file.resolveSibling(content.sha256()));
        TestDatabase.get(pond.db.change(tx -> tx.update(
                "UPDATE runs SET bundle_sha256 = ?, bundle_size = ? WHERE id = ?",
                content.sha256(),
                content.size(),
                run)));
    }

    LogService log() {
        return new LogService(logs.db, clock, 1024);
    }

    Path file(Digest digest) {
        return state.artifacts().resolve(digest.sha256().substring(0, 2)).resolve(digest.sha256());
    }

    @Override
    public void close() {
        pond.close();
        logs.close();
    }
}
