package pond.server.retention;

import static pond.testing.TestDatabase.get;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pond.common.api.RunStatus;
import pond.common.api.SubmitRunRequest;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.problems.Problems;
import pond.common.protocol.JobRef;
import pond.common.protocol.LogBatch;
import pond.common.protocol.LogBatch.Line;
import pond.common.protocol.UsageRecord;
import pond.common.swarm.RateCard;
import pond.server.TestSchema;
import pond.server.artifacts.ArtifactService;
import pond.server.artifacts.Producer;
import pond.server.db.FilesLock;
import pond.server.db.StateDir;
import pond.server.db.Tx;
import pond.server.logs.LogOrigin;
import pond.server.logs.LogService;
import pond.server.runs.Removals;
import pond.server.runs.Run;
import pond.server.runs.RunFlow;
import pond.server.runs.RunService;
import pond.server.runs.Submission;
import pond.server.runs.Submitter;
import pond.server.sealing.SourceKey;
import pond.server.stages.Stage;
import pond.server.stages.StageService;
import pond.server.usage.UsageOrigin;
import pond.server.usage.UsageService;
import pond.testing.TestClock;
import pond.testing.TestDatabase;

/** The rooms that retention takes from, on real databases and files, and runs that nobody runs. */
final class TestRetention implements AutoCloseable {
    static final RetentionPolicy USUAL =
            new RetentionPolicy(Duration.ofDays(90), Duration.ofDays(30), Duration.ofDays(30), 20L << 30);
    static final RetentionPolicy NOTHING = new RetentionPolicy(null, null, null, null);

    private static final RunFlow NOTHING_RUNS = new RunFlow() {
        @Override
        public void submitted(Tx tx, Run run, List<Stage> pending) {}

        @Override
        public void cancelRequested(Tx tx, RunId run) {}
    };

    /** Tables of {@code pond.db} whose rows belong to a run, by the column that names it. */
    private static final List<String> BELONGINGS = List.of(
            "run_snapshots.run_id",
            "stages.run_id",
            "jobs.run_id",
            "waits.run_id",
            "artifacts.run_id",
            "usage_records.run_id",
            "frozen_invocations.run_id",
            "substages.run_id",
            "run_labels.run_id",
            "run_callbacks.run_id",
            "deliveries.run_id",
            "reruns.rerun");

    final TestClock clock = new TestClock();
    final TestDatabase database;
    final TestDatabase logDatabase;
    final LogService logs;
    final ArtifactService artifacts;
    final UsageService usage;
    final RunService runs;
    final Removals removals;
    private final Path files;
    private final FilesLock filesLock;

    TestRetention(Path folder) {
        filesLock = new FilesLock(StateDir.forTool(folder));
        database = new TestDatabase(folder, "pond", TestSchema.pond(clock));
        logDatabase = new TestDatabase(folder, "logs", TestSchema.logs(clock));
        files = folder.resolve("artifacts");
        logs = new LogService(logDatabase.db, clock, Long.MAX_VALUE / 2);
        usage = new UsageService(database.db);
        runs = new RunService(database.db, logs, new StageService(), new SourceKey(new byte[32]), clock);
        removals = new Removals(database.db);
        try {
            artifacts = new ArtifactService(database.db, files, clock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RetentionService service(RetentionPolicy policy) {
        RetentionService.Around around =
                new RetentionService.Around(database.db, logDatabase.db, logs, artifacts, usage, removals, filesLock);
        return new RetentionService(around, policy, clock);
    }

    /** A run with a label and a callback. */
    RunId submit(String project) {
        String body = """
                {"labels":{"team":"red"},"callback":{"url":"https://hooks.example/","secret":"0123456789abcdef0123456789abcdef"},
                "definition":{"stages":[{"key":"a","executor":{"kind":"noop"}}]}}
                """;
        SubmitRunRequest request =
                SubmitRunRequest.read(Json.readTree(body), new Problems()).orElseThrow();
        Submission submission = new Submission(
                new ProjectId(project), Submitter.SERVICE, request, List.of(), List.of(), Optional.empty());
        return get(runs.submit(submission, NOTHING_RUNS)).run().id();
    }

    void end(RunId run) {
        get(database.db.change(tx -> {
            Run queued = runs.get(tx, run);
            runs.update(tx, queued, queued.moved(RunStatus.RUNNING, clock.instant()));
            Run running = runs.get(tx, run);
            runs.update(tx, running, running.moved(RunStatus.DONE, clock.instant()));
        }));
    }

    /** A run with stage, job, log, artifact and a model call, that has not ended. */
    RunId running(String project, String text) {
        RunId run = submit(project);
        JobId job = new JobId(UUID.randomUUID());
        get(database.db.change(tx -> {
            tx.update("""
                    INSERT INTO stages (run_id, position, key, name, kind, executor, timeout_ms, retry, needs,
                        predecessors, status, attempt) VALUES (?, 0, 'a', 'a', 'noop', '{}', 1, '{}', '{}', '[]', 'running', 1)
                    """, run);
            tx.update("""
                    INSERT INTO jobs (id, run_id, stage_position, attempt, project_id, needs, status)
                    VALUES (?, ?, 0, 1, ?, '{}', 'queued')
                    """, job, run, project);
        }));
        Line line = new Line(clock.instant(), pond.common.api.LogStream.STDOUT, text);
        get(logs.append(
                new LogOrigin(run, "a", null, 1, pond.common.api.LogSource.STAGE),
                new LogBatch(new JobRef(job, "token"), 1, List.of(line))));
        var kept = artifacts.keep(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), 1 << 20);
        get(database.db.change(tx -> {
            artifacts.add(tx, new Producer(run, 0, "a", null), new ArtifactName("out.txt"), kept);
            int recorded = usage.record(
                    tx,
                    new UsageOrigin(run, "a", null, 1, job),
                    Optional.of(new RateCard(1_000_000, 0, 0L, 0L)),
                    List.of(call()));
            if (recorded != 1) {
                throw new IllegalStateException("not recorded");
            }
        }));
        return run;
    }

    RunId ended(String project, String text) {
        RunId run = running(project, text);
        end(run);
        return run;
    }

    private UsageRecord call() {
        return new UsageRecord(
                UUID.randomUUID(),
                "acme",
                "big",
                "big",
                null,
                10,
                0,
                0,
                0,
                0,
                UsageRecord.UsageSource.PROVIDER,
                false,
                UsageRecord.Ending.COMPLETE,
                200,
                clock.instant(),
                clock.instant());
    }

    /** A delivery of a run in a status. */
    void delivery(RunId run, String status) {
        boolean pending = status.equals("pending");
        get(database.db.change(tx -> {
            tx.update("DELETE FROM deliveries WHERE run_id = ?", run);
            tx.update("""
                    INSERT INTO deliveries (id, run_id, project_id, event, url, receiver, status, attempts, failures,
                        next_attempt_at, give_up_at, created_at, delivered_at, body)
                    VALUES (?, ?, 'p', 'run.ended', 'u', 'r', ?, 0, 0, ?, 1, 1, ?, '{}')
                    """, UUID.randomUUID(), run, status, pending ? 1L : null, status.equals("delivered") ? 1L : null);
        }));
    }

    void rerun(RunId rerun, RunId original) {
        get(database.db.change(tx -> tx.update(
                "INSERT INTO reruns (rerun, original, begins, pins) VALUES (?, ?, 'start', '{}')", rerun, original)));
    }

    boolean exists(RunId run) {
        return runs.find(run).isPresent();
    }

    /** Whether all of a run is there, as {@link #running} has made it. */
    boolean isWhole(RunId run) {
        return exists(run)
                && removals.hasLog(run)
                && logs.lastId(run) == 1
                && removals.findArtifacts(run).isEmpty()
                && artifacts.list(run).stream()
                        .allMatch(one -> artifacts
                                .open(one.digest().sha256())
                                .map(TestRetention::closed)
                                .isPresent())
                && artifacts.list(run).size() == 1;
    }

    private static boolean closed(java.nio.channels.FileChannel channel) {
        try {
            channel.close();
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes what a crash has left, as the server's housekeeping does. */
    void sweep() {
        artifacts.sweep(job -> false);
        get(logs.sweep(removals::hasLog));
    }

    /** What is there without an owner, in both databases and among the files. */
    List<String> leftovers() {
        List<String> found = new ArrayList<>();
        for (String place : BELONGINGS) {
            String table = place.substring(0, place.indexOf('.'));
            count(
                            database,
                            "SELECT count(*) AS n FROM " + table + " WHERE " + place + " IS NOT NULL AND " + place
                                    + " NOT IN (SELECT id FROM runs)")
                    .ifPresent(count -> found.add(table + ": " + count));
        }
        count(database, """
                SELECT count(*) AS n FROM delivery_attempts WHERE delivery_id NOT IN (SELECT id FROM deliveries)
                """).ifPresent(count -> found.add("delivery_attempts: " + count));
        for (String table : List.of("log_heads", "log_chunks", "log_jobs")) {
            List<String> owners = logDatabase.db.read(
                    tx -> tx.list("SELECT DISTINCT run_id FROM " + table, row -> row.text("run_id")));
            owners.stream()
                    .filter(run -> !removals.hasLog(RunId.of(run)))
                    .forEach(run -> found.add(table + " of " + run));
        }
        List<String> named =
                database.db.read(tx -> tx.list("SELECT DISTINCT sha256 FROM artifacts", row -> row.text("sha256")));
        List<String> stored = stored();
        stored.stream().filter(file -> !named.contains(file)).forEach(file -> found.add("file " + file));
        named.stream().filter(file -> !stored.contains(file)).forEach(file -> found.add("no file " + file));
        return found;
    }

    /** The names of all files of artifacts. */
    List<String> stored() {
        try (Stream<Path> all = Files.walk(files)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Long> count(TestDatabase database, String sql) {
        return database.db.read(tx -> tx.find(sql, row -> row.number("n"))).filter(count -> count > 0);
    }

    /** One text of a query in {@code pond.db}; null when it has no row. */
    @Nullable
    String one(String sql) {
        return database.db
                .read(tx -> tx.find(sql, row -> String.valueOf(row.textOrNull("text"))))
                .orElse(null);
    }

    @Override
    public void close() {
        database.close();
        logDatabase.close();
    }
}
