package pond.server.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pond.common.api.PoolWorkerView;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.server.db.Row;
import pond.server.db.Tx;
import pond.server.stages.WaitCode;

/** Rows of jobs, and the order in which they are handed out. */
final class JobStore {
    /** Begins a query about the different needs among queued jobs; each step of it is one look into the index. */
    private static final String DISTINCT_NEEDS = """
            WITH RECURSIVE distinct_needs (needs) AS (
              SELECT min(needs) FROM jobs WHERE status = 'queued'
              UNION ALL
              SELECT (SELECT min(needs) FROM jobs WHERE status = 'queued' AND needs > distinct_needs.needs)
              FROM distinct_needs WHERE distinct_needs.needs IS NOT NULL
            )
            """;

    void insert(Tx tx, JobRow job) {
        tx.update(
                """
                INSERT INTO jobs (id, run_id, stage_position, substage, attempt, project_id, needs, status)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                job.id(),
                job.run(),
                job.position(),
                job.substage(),
                job.attempt(),
                job.project(),
                job.needs(),
                job.status());
    }

    Optional<JobRow> find(Tx tx, JobId id) {
        return tx.find("SELECT * FROM jobs WHERE id = ?", JobStore::job, id);
    }

    /** The jobs of a stage that have not ended. */
    List<JobRow> listLive(Tx tx, RunId run, int position) {
        return tx.list("""
                SELECT * FROM jobs
                WHERE run_id = ? AND stage_position = ? AND status IN ('backoff', 'queued', 'leased')
                """, JobStore::job, run, position);
    }

    List<JobRow> listLeased(Tx tx, WorkerId worker) {
        return tx.list("SELECT * FROM jobs WHERE worker_id = ? AND status = 'leased'", JobStore::job, worker);
    }

    int countLeased(Tx tx, WorkerId worker) {
        return tx.find(
                        "SELECT count(*) AS n FROM jobs WHERE worker_id = ? AND status = 'leased'",
                        row -> (int) row.number("n"),
                        worker)
                .orElse(0);
    }

    int countLeased(Tx tx) {
        return tx.find("SELECT count(*) AS n FROM jobs WHERE status = 'leased'", row -> (int) row.number("n"))
                .orElse(0);
    }

    /** A leased job with the key of its stage. */
    record Running(WorkerId worker, PoolWorkerView.Running job) {}

    List<Running> listRunning(Tx tx) {
        return tx.list(
                """
                SELECT jobs.worker_id, jobs.run_id, stages.key, jobs.substage, jobs.attempt, jobs.id
                FROM jobs JOIN stages ON stages.run_id = jobs.run_id AND stages.position = jobs.stage_position
                WHERE jobs.status = 'leased' ORDER BY jobs.fence
                """,
                row -> new Running(
                        WorkerId.of(row.text("worker_id")),
                        new PoolWorkerView.Running(
                                RunId.of(row.text("run_id")),
                                row.text("key"),
                                row.textOrNull("substage"),
                                (int) row.number("attempt"),
                                JobId.of(row.text("id")))));
    }

    /**
     * Queued jobs of some needs.
     *
     * @param oldest the row of the one that was made first
     */
    record Queued(String needs, long count, long oldest) {}

    /** Every kind of needs that queued jobs have, by way of the index of queued jobs. */
    List<Queued> listQueued(Tx tx) {
        return tx.list("""
                SELECT needs, count(*) AS n, min(rowid) AS oldest FROM jobs WHERE status = 'queued' GROUP BY needs
                """, row -> new Queued(row.text("needs"), row.number("n"), row.number("oldest")));
    }

    /** Since when a queued job waits, by its row. */
    Optional<Instant> findQueuedSince(Tx tx, long rowid) {
        return tx.find(
                "SELECT waits.since FROM jobs JOIN waits ON waits.subject = jobs.id WHERE jobs.rowid = ?",
                row -> row.instant("since"),
                rowid);
    }

    void delete(Tx tx, JobId id) {
        tx.update("DELETE FROM jobs WHERE id = ? AND status IN ('backoff', 'queued')", id);
    }

    void move(Tx tx, JobId id, JobRow.Status from, JobRow.Status to) {
        one(tx.update("UPDATE jobs SET status = ? WHERE id = ? AND status = ?", to, id, from), id);
    }

    /** Ends a job that this worker holds; the job as it is then, or empty when the worker does not hold it. */
    Optional<JobRow> end(Tx tx, JobId id, WorkerId worker) {
        return tx.list("""
                        UPDATE jobs SET status = 'ended' WHERE id = ? AND worker_id = ? AND status = 'leased' RETURNING *
                        """, JobStore::job, id, worker).stream().findFirst();
    }

    void lease(Tx tx, JobId id, WorkerId worker, long fence, String leaseHash) {
        one(tx.update("""
                        UPDATE jobs SET status = 'leased', worker_id = ?, fence = ?, lease_hash = ?
                        WHERE id = ? AND status = 'queued'
                        """, worker, fence, leaseHash, id), id);
    }

    void stop(Tx tx, JobId id) {
        one(tx.update("UPDATE jobs SET stopping = 1 WHERE id = ? AND status = 'leased'", id), id);
    }

    /** Also of jobs that were removed with their runs: whose turn it is goes by fences, and they must not begin anew. */
    long highestFence(Tx tx) {
        return tx.find("""
                        SELECT max(coalesce((SELECT max(fence) FROM jobs), 0),
                                   coalesce((SELECT max(fence) FROM project_turns), 0)) AS n
                        """, row -> row.number("n")).orElse(0L);
    }

    /** The different needs among queued jobs. */
    List<String> listQueuedNeeds(Tx tx) {
        return tx.list(
                DISTINCT_NEEDS + "SELECT needs FROM distinct_needs WHERE needs IS NOT NULL", row -> row.text("needs"));
    }

    /** A project with queued jobs of some needs, and when it was last given a job: 0 is never. */
    record Turn(ProjectId project, String needs, long fence) {}

    /** Jobs of some needs are queued: of one project, whose turn this is, or of several. */
    private record Queue(Turn lowest, boolean several) {}

    /** Every project with queued jobs of needs that are wanted; mostly one, and the first query has it then. */
    List<Turn> listTurns(Tx tx, Predicate<String> wanted) {
        List<Queue> queues = tx.list(
                DISTINCT_NEEDS + """
                SELECT needs, lowest, lowest <> highest AS several, coalesce(fence, 0) AS fence FROM (
                  SELECT needs,
                    (SELECT min(project_id) FROM jobs WHERE status = 'queued' AND needs = distinct_needs.needs) AS lowest,
                    (SELECT max(project_id) FROM jobs WHERE status = 'queued' AND needs = distinct_needs.needs) AS highest
                  FROM distinct_needs WHERE needs IS NOT NULL
                ) LEFT JOIN project_turns ON project_id = lowest
                """,
                row -> new Queue(
                        new Turn(new ProjectId(row.text("lowest")), row.text("needs"), row.number("fence")),
                        row.flag("several")));
        List<Turn> turns = new ArrayList<>();
        for (Queue queue : queues) {
            String needs = queue.lowest().needs();
            if (wanted.test(needs)) {
                turns.addAll(queue.several() ? listTurns(tx, needs) : List.of(queue.lowest()));
            }
        }
        return turns;
    }

    private static List<Turn> listTurns(Tx tx, String needs) {
        return tx.list("""
                WITH RECURSIVE distinct_projects (project_id) AS (
                  SELECT min(project_id) FROM jobs WHERE status = 'queued' AND needs = ?1
                  UNION ALL
                  SELECT (SELECT min(project_id) FROM jobs
                          WHERE status = 'queued' AND needs = ?1 AND project_id > distinct_projects.project_id)
                  FROM distinct_projects WHERE distinct_projects.project_id IS NOT NULL
                )
                SELECT distinct_projects.project_id, coalesce(project_turns.fence, 0) AS fence
                FROM distinct_projects LEFT JOIN project_turns USING (project_id)
                WHERE distinct_projects.project_id IS NOT NULL
                """, row -> new Turn(new ProjectId(row.text("project_id")), needs, row.number("fence")), needs);
    }

    /** A queued job, and since when it waits. */
    record Oldest(JobRow job, @Nullable Instant since) {}

    /** The oldest queued job of these needs and this project. */
    Optional<Oldest> findOldest(Tx tx, String needs, ProjectId project) {
        return tx.find("""
                SELECT jobs.*, waits.since FROM jobs LEFT JOIN waits ON waits.subject = jobs.id
                WHERE status = 'queued' AND needs = ? AND project_id = ?
                ORDER BY jobs.run_id, stage_position LIMIT 1
                """, row -> new Oldest(job(row), row.instantOrNull("since")), needs, project);
    }

    /** What queued jobs of one project and one set of needs wait for; the time starts anew where that has changed. */
    void waitFor(Tx tx, Turn turn, WaitCode code, String message, Instant now, Duration atMost) {
        String from = code == WaitCode.NO_CAPABLE_WORKER
                ? "?3"
                : "(SELECT created_at FROM runs WHERE runs.id = waits.run_id)";
        tx.update("""
                UPDATE waits SET
                  since = CASE code WHEN ?1 THEN since ELSE ?3 END,
                  deadline = CASE code WHEN ?1 THEN deadline ELSE ?4 + %s END,
                  message = ?2,
                  code = ?1
                WHERE (code <> ?1 OR message <> ?2) AND subject IN (
                  SELECT id FROM jobs WHERE status = 'queued' AND needs = ?5 AND project_id = ?6)
                """.formatted(from), code, message, now, atMost.toMillis(), turn.needs(), turn.project());
    }

    /** Whoever waits for a capable worker, or for an operator, waits the whole grace from now on. */
    void restartGrace(Tx tx, Instant now, Instant deadline) {
        tx.update("""
                UPDATE waits SET since = ?, deadline = ?
                WHERE code IN ('no_capable_worker', 'harness_unknown', 'model_unknown')
                """, now, deadline);
    }

    void tookTurn(Tx tx, ProjectId project, long fence) {
        tx.update("""
                INSERT INTO project_turns (project_id, fence) VALUES (?, ?)
                ON CONFLICT (project_id) DO UPDATE SET fence = excluded.fence
                """, project, fence);
    }

    private static void one(int rows, JobId id) {
        if (rows != 1) {
            throw new IllegalStateException("job " + id + " was not as expected");
        }
    }

    private static JobRow job(Row row) {
        @Nullable String worker = row.textOrNull("worker_id");
        return new JobRow(
                JobId.of(row.text("id")),
                RunId.of(row.text("run_id")),
                (int) row.number("stage_position"),
                row.textOrNull("substage"),
                (int) row.number("attempt"),
                new ProjectId(row.text("project_id")),
                row.text("needs"),
                row.constant("status", JobRow.Status.class),
                worker == null ? null : WorkerId.of(worker),
                row.textOrNull("lease_hash"),
                row.flag("stopping"));
    }
}
