package pond.server.stages;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.StageStatus;
import pond.common.api.StageView.ProgressView;
import pond.common.api.StageView.SandboxView;
import pond.common.definition.ExecutorKind;
import pond.common.ids.RunId;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of stages. A change names the status that it expects and must hit exactly one row. */
final class StageStore {
    void insert(Tx tx, RunId run, Stage stage) {
        Stage.Plan plan = stage.plan();
        SandboxView sandbox = stage.sandbox();
        tx.update(
                """
                INSERT INTO stages (run_id, position, key, name, category, kind, executor, timeout_ms, retry, needs,
                                    predecessors, status, attempt, worker, profile, effective, backend, started_at,
                                    finished_at, exit_code)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                run,
                plan.position(),
                plan.key(),
                plan.name(),
                plan.category(),
                plan.kind(),
                plan.executorJson(),
                plan.timeout().toMillis(),
                plan.retryJson(),
                plan.needs(),
                plan.predecessors().stream().map(String::valueOf).collect(Collectors.joining(",")),
                stage.status(),
                stage.attempt(),
                stage.worker(),
                sandbox == null ? null : sandbox.profile(),
                sandbox == null ? null : sandbox.effective(),
                sandbox == null ? null : sandbox.backend(),
                stage.startedAt(),
                stage.finishedAt(),
                stage.exitCode());
    }

    /** Says of a stage what is said of it in another run, and that it ran there, or where that run has it from. */
    void reuse(Tx tx, RunId from, RunId to, int position) {
        int rows = tx.update("""
                UPDATE stages SET progress_done = original.progress_done, progress_total = original.progress_total,
                                  progress_message = original.progress_message, attestation = original.attestation,
                                  reused_from = coalesce(original.reused_from, original.run_id)
                FROM stages AS original
                WHERE stages.run_id = ? AND stages.position = ? AND original.run_id = ?
                  AND original.position = stages.position AND original.key = stages.key AND original.status = 'done'
                """, to, position, from);
        if (rows != 1) {
            throw new IllegalStateException("stage " + position + " of run " + from + " cannot be reused");
        }
    }

    void update(Tx tx, RunId run, StageStatus expected, Stage now) {
        SandboxView sandbox = now.sandbox();
        Failure error = now.error();
        int rows = tx.update(
                """
                UPDATE stages SET attestation = CASE WHEN attempt = ? THEN attestation END, status = ?, attempt = ?, worker = ?, profile = ?, effective = ?, backend = ?,
                                  started_at = ?, finished_at = ?, exit_code = ?, error_code = ?, error_message = ?
                WHERE run_id = ? AND position = ? AND status = ?
                """,
                now.attempt(),
                now.status(),
                now.attempt(),
                now.worker(),
                sandbox == null ? null : sandbox.profile(),
                sandbox == null ? null : sandbox.effective(),
                sandbox == null ? null : sandbox.backend(),
                now.startedAt(),
                now.finishedAt(),
                now.exitCode(),
                error == null ? null : error.code(),
                error == null ? null : error.message(),
                run,
                now.position(),
                expected);
        if (rows != 1) {
            throw new IllegalStateException("stage " + now.position() + " of run " + run + " was not " + expected);
        }
    }

    boolean updateProgress(Tx tx, RunId run, int position, int attempt, ProgressView progress) {
        return tx.update("""
                        UPDATE stages SET progress_done = ?, progress_total = ?, progress_message = ?
                        WHERE run_id = ? AND position = ? AND attempt = ? AND status = 'running'
                          AND NOT EXISTS (SELECT 1 FROM substages
                              WHERE substages.run_id = stages.run_id AND substages.position = stages.position)
                        """, progress.done(), progress.total(), progress.message(), run, position, attempt) == 1;
    }

    void putProgress(Tx tx, RunId run, int position, ProgressView progress) {
        tx.update("""
                UPDATE stages SET progress_done = ?, progress_total = ?, progress_message = ?
                WHERE run_id = ? AND position = ?
                """, progress.done(), progress.total(), progress.message(), run, position);
    }

    List<Stage> list(Tx tx, RunId run) {
        return tx.list("SELECT * FROM stages WHERE run_id = ? ORDER BY position", StageStore::stage, run);
    }

    /** What is said of each stage, in the order of {@link #list}. */
    List<StageService.Report> listReports(Tx tx, RunId run) {
        return tx.list("""
                SELECT progress_done, progress_total, progress_message, attestation, reused_from
                FROM stages WHERE run_id = ? ORDER BY position
                """, StageStore::report, run);
    }

    private static StageService.Report report(Row row) {
        String reusedFrom = row.textOrNull("reused_from");
        return new StageService.Report(
                progress(row), row.textOrNull("attestation"), reusedFrom == null ? null : RunId.of(reusedFrom));
    }

    private static Stage stage(Row row) {
        return new Stage(
                new Stage.Plan(
                        (int) row.number("position"),
                        row.text("key"),
                        row.text("name"),
                        row.textOrNull("category"),
                        row.constant("kind", ExecutorKind.class),
                        row.text("executor"),
                        Duration.ofMillis(row.number("timeout_ms")),
                        row.text("retry"),
                        row.text("needs"),
                        positions(row.text("predecessors"))),
                row.constant("status", StageStatus.class),
                (int) row.number("attempt"),
                row.textOrNull("worker"),
                sandbox(row),
                row.instantOrNull("started_at"),
                row.instantOrNull("finished_at"),
                row.intOrNull("exit_code"),
                failure(row));
    }

    private static List<Integer> positions(String text) {
        return text.isEmpty()
                ? List.of()
                : Stream.of(text.split(",", -1)).map(Integer::valueOf).toList();
    }

    private static @Nullable SandboxView sandbox(Row row) {
        String effective = row.textOrNull("effective");
        return effective == null
                ? null
                : new SandboxView(row.textOrNull("profile"), effective, row.textOrNull("backend"));
    }

    private static @Nullable Failure failure(Row row) {
        String code = row.textOrNull("error_code");
        return code == null ? null : new Failure(code, row.text("error_message"));
    }

    private static Optional<ProgressView> progress(Row row) {
        Long done = row.numberOrNull("progress_done");
        return done == null
                ? Optional.empty()
                : Optional.of(new ProgressView(done, row.number("progress_total"), row.textOrNull("progress_message")));
    }
}
