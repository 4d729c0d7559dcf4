package pond.server.runs;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.RerunFrom;
import pond.common.api.RerunOf;
import pond.common.api.RunStatus;
import pond.common.definition.Budget;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;
import pond.common.protocol.Job.BundleRef;
import pond.server.db.Row;
import pond.server.db.Tx;
import pond.server.runs.LabelStore.Found;

/** Rows of runs and of what was submitted. A change names the status and version that it expects and hits one row. */
final class RunStore {
    private static final String COLUMNS = """
            runs.id, runs.project_id, runs.status, runs.version, runs.bundle_sha256, runs.bundle_size, runs.error_code,
            runs.error_message, runs.created_at, runs.started_at, runs.finished_at, runs.cancel_requested_at,
            runs.kill_confirmed
            """;
    /** Of the submit, what a list shows. */
    private static final String SUMMARY = """
            trigger, sha, sources, context, labels, run_callbacks.url AS callback_url, original, begins
            """;
    /** Where that is. */
    static final String SUBMITTED = """
             JOIN run_snapshots ON run_snapshots.run_id = runs.id
            LEFT JOIN run_callbacks ON run_callbacks.run_id = runs.id LEFT JOIN reruns ON rerun = runs.id
            """;

    private static final String FROM = " FROM runs" + SUBMITTED;

    private final LabelStore labelStore = new LabelStore();

    void insert(Tx tx, Run run, Snapshot snapshot, Submitter submitter, @Nullable Idempotency idempotency) {
        BundleRef bundle = run.bundle();
        tx.update(
                """
                INSERT INTO runs (id, project_id, submitted_by, status, version, bundle_sha256, bundle_size, created_at,
                                  idempotency_key, idempotency_digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                run.id(),
                run.project(),
                submitter.name().toLowerCase(Locale.ROOT),
                run.status(),
                run.version(),
                bundle == null ? null : bundle.sha256(),
                bundle == null ? null : bundle.size(),
                run.createdAt(),
                idempotency == null ? null : idempotency.key(),
                idempotency == null ? null : idempotency.digest());
        tx.update(
                """
                INSERT INTO run_snapshots (run_id, trigger, sha, definition, sources, sealed_sources, context, labels)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                run.id(),
                snapshot.trigger(),
                snapshot.sha(),
                snapshot.definition(),
                snapshot.sources(),
                snapshot.sealedSources(),
                snapshot.context(),
                snapshot.labels());
    }

    /**
     * Writes everything that can change, with the next version; the run must be as {@code before} says. Answers whether
     * somebody is to be told of its end, so that this costs no query of its own.
     */
    boolean update(Tx tx, Run before, Run now) {
        Failure error = now.error();
        BundleRef bundle = now.bundle();
        List<Boolean> hits = tx.list(
                """
                UPDATE runs SET status = ?, version = version + 1, bundle_sha256 = ?, bundle_size = ?, error_code = ?,
                                error_message = ?, started_at = ?, finished_at = ?, cancel_requested_at = ?,
                                kill_confirmed = ?
                WHERE id = ? AND status = ? AND version = ?
                RETURNING EXISTS (SELECT 1 FROM run_callbacks WHERE run_id = runs.id) AS called_back
                """,
                row -> row.flag("called_back"),
                now.status(),
                bundle == null ? null : bundle.sha256(),
                bundle == null ? null : bundle.size(),
                error == null ? null : error.code(),
                error == null ? null : error.message(),
                now.startedAt(),
                now.finishedAt(),
                now.cancelRequestedAt(),
                now.killConfirmed(),
                before.id(),
                before.status(),
                before.version());
        if (hits.size() != 1) {
            throw new IllegalStateException("run " + before.id() + " was not " + before.status());
        }
        return hits.get(0);
    }

    void touch(Tx tx, RunId run) {
        tx.update("UPDATE runs SET version = version + 1 WHERE id = ?", run);
    }

    void updateSources(Tx tx, RunId run, String sources) {
        tx.update("UPDATE run_snapshots SET sources = ? WHERE run_id = ?", sources, run);
    }

    /** How many runs have not ended, by status; from the index alone. */
    Map<RunStatus, Long> countOpen(Tx tx) {
        Map<RunStatus, Long> counts = new EnumMap<>(RunStatus.class);
        tx.list("""
                        SELECT status, count(*) AS n FROM runs
                        WHERE status IN ('queued', 'running', 'cancelling') GROUP BY status
                        """, row -> Map.entry(row.constant("status", RunStatus.class), row.number("n")))
                .forEach(count -> counts.put(count.getKey(), count.getValue()));
        return counts;
    }

    Optional<Run> find(Tx tx, RunId id) {
        return tx.find("SELECT " + COLUMNS + " FROM runs WHERE id = ?", RunStore::run, id);
    }

    Optional<Snapshot> findSnapshot(Tx tx, RunId id) {
        return tx.find("""
                SELECT run_snapshots.*, url AS callback_url, original, begins
                FROM run_snapshots LEFT JOIN run_callbacks USING (run_id) LEFT JOIN reruns ON rerun = run_id
                WHERE run_id = ?
                """, row -> snapshot(row, row.text("definition")), id);
    }

    /** Without the definition, as in a list. */
    Optional<Listed> findListed(Tx tx, RunId id) {
        return tx.find("SELECT " + COLUMNS + ", " + SUMMARY + FROM + " WHERE runs.id = ?", RunStore::listed, id);
    }

    /** Read from the definition as it was submitted, which may be long: the rest of it stays where it is. */
    Optional<Budget> findBudget(Tx tx, RunId run) {
        return tx.find(
                        "SELECT definition -> '$.budget' AS budget FROM run_snapshots WHERE run_id = ?",
                        row -> Optional.ofNullable(row.textOrNull("budget")),
                        run)
                .flatMap(Function.identity())
                .flatMap(json ->
                        Fields.of(Json.readTree(json), "budget", new Problems().about(ProblemCode.REQUEST_INVALID)))
                .map(Budget::read);
    }

    Optional<Replay> findReplay(Tx tx, ProjectId project, String key) {
        return tx.find(
                "SELECT id, idempotency_digest FROM runs WHERE project_id = ? AND idempotency_key = ?",
                row -> new Replay(RunId.of(row.text("id")), row.text("idempotency_digest")),
                project,
                key);
    }

    /** The run that an idempotency key made, and the digest of the body that it came with. */
    record Replay(RunId run, String digest) {}

    /** Newest first. The statuses are pond's own words, so they may stand in the text of the query. */
    List<Listed> list(Tx tx, RunFilter filter, @Nullable RunId before, int limit) {
        ProjectId project = filter.project();
        Set<RunStatus> statuses = filter.statuses();
        boolean all = filter.labels().isEmpty();
        // No id of a run is as high as this text.
        String below = before == null ? "g" : before.toString();
        if (all && !statuses.isEmpty()) {
            return listByStatus(tx, project, statuses, below, limit);
        }
        Optional<Found> labels = labelStore.find(tx, project, filter.labels());
        String words =
                statuses.stream().sorted().map(status -> "'" + status + "'").collect(Collectors.joining(", "));
        String sql = "SELECT " + COLUMNS + ", " + SUMMARY
                + (all ? FROM + " WHERE runs.id < ?" : Found.FROM + " WHERE found.run_id < ?")
                + (project == null ? "" : all ? " AND project_id = ?" : " AND found.project_id = ?")
                + labels.map(Found::condition).orElse("")
                + (statuses.isEmpty() ? "" : " AND status IN (" + words + ")")
                + (all ? " ORDER BY id DESC LIMIT ?" : " ORDER BY found.run_id DESC LIMIT ?");
        List<Object> values = new ArrayList<>();
        values.add(below);
        if (project != null) {
            values.add(project);
        }
        labels.ifPresent(found -> values.addAll(found.values()));
        values.add(limit);
        return tx.list(sql, RunStore::listed, values.toArray());
    }

    /** Each status has its own walk through an index: several in one would be sorted, or looked for among all runs. */
    private static List<Listed> listByStatus(
            Tx tx, @Nullable ProjectId project, Set<RunStatus> statuses, String below, int limit) {
        String ids = statuses.stream()
                .sorted()
                .map(status -> "SELECT id FROM (SELECT id FROM runs WHERE status = '" + status + "' AND id < ?1"
                        + (project == null ? "" : " AND project_id = ?3") + " ORDER BY id DESC LIMIT ?2)")
                .collect(Collectors.joining(" UNION ALL "));
        String sql = "SELECT " + COLUMNS + ", " + SUMMARY + FROM + " WHERE runs.id IN (" + ids
                + ") ORDER BY runs.id DESC LIMIT ?2";
        return project == null
                ? tx.list(sql, RunStore::listed, below, limit)
                : tx.list(sql, RunStore::listed, below, limit, project);
    }

    List<String> listBundlesInUse(Tx tx) {
        return tx.list("""
                SELECT DISTINCT bundle_sha256 FROM runs WHERE bundle_sha256 IS NOT NULL AND finished_at IS NULL
                """, row -> row.text("bundle_sha256"));
    }

    record Listed(Run run, Snapshot snapshot) {}

    /** Sealed sources in the order of their runs, after one of them; empty text for the first page. */
    List<Sealed> listSealed(Tx tx, String after, int limit) {
        return tx.list("""
                SELECT run_id, sealed_sources FROM run_snapshots
                WHERE sealed_sources IS NOT NULL AND run_id > ? ORDER BY run_id LIMIT ?
                """, row -> new Sealed(row.text("run_id"), row.text("sealed_sources")), after, limit);
    }

    record Sealed(String run, String sources) {}

    void updateSealed(Tx tx, Sealed sealed) {
        tx.update("UPDATE run_snapshots SET sealed_sources = ? WHERE run_id = ?", sealed.sources(), sealed.run());
    }

    private static Listed listed(Row row) {
        return new Listed(run(row), snapshot(row, ""));
    }

    private static Snapshot snapshot(Row row, String definition) {
        return new Snapshot(
                row.text("trigger"),
                row.textOrNull("sha"),
                definition,
                row.text("sources"),
                definition.isEmpty() ? null : row.textOrNull("sealed_sources"),
                row.textOrNull("context"),
                row.text("labels"),
                row.textOrNull("callback_url"),
                rerunOf(row));
    }

    private static @Nullable RerunOf rerunOf(Row row) {
        String original = row.textOrNull("original");
        return original == null ? null : new RerunOf(RunId.of(original), row.constant("begins", RerunFrom.class));
    }

    private static Run run(Row row) {
        String bundle = row.textOrNull("bundle_sha256");
        String error = row.textOrNull("error_code");
        return new Run(
                RunId.of(row.text("id")),
                new ProjectId(row.text("project_id")),
                row.constant("status", RunStatus.class),
                row.number("version"),
                bundle == null ? null : new BundleRef(bundle, row.number("bundle_size")),
                error == null ? null : new Failure(error, row.text("error_message")),
                row.instant("created_at"),
                row.instantOrNull("started_at"),
                row.instantOrNull("finished_at"),
                row.instantOrNull("cancel_requested_at"),
                row.flagOrNull("kill_confirmed"));
    }
}
