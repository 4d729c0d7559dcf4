package pond.server.usage;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;
import pond.common.api.UsageView.ByModel;
import pond.common.api.UsageView.BySubstage;
import pond.common.api.UsageView.Totals;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.UsageTotals;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Model calls as rows; see {@code db/pond/0004_create_usage.sql}. */
final class UsageStore {
    private static final int MICROS_DIGITS = 6;

    private static final String SUMS = """
            count(*) AS calls,
            coalesce(sum(input_tokens), 0) AS input_tokens,
            coalesce(sum(cache_read_tokens), 0) AS cache_read_tokens,
            coalesce(sum(cache_write_tokens), 0) AS cache_write_tokens,
            coalesce(sum(output_tokens), 0) AS output_tokens,
            coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens,
            sum(cost_micros) AS cost_micros
            FROM usage_records WHERE run_id = :run
            """;

    /** @param costMicros null when it has no known price */
    int insert(Tx tx, UsageOrigin origin, UsageRecord call, @Nullable Long costMicros) {
        return tx.update(
                """
                INSERT INTO usage_records (id, run_id, stage, substage, attempt, provider, model, request_id,
                    input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_micros,
                    usage_source, http_status, started_at, finished_at, job_id, model_asked, streamed, ending)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO NOTHING
                """,
                call.id(),
                origin.run(),
                origin.stage(),
                origin.substage() == null ? "" : origin.substage(),
                origin.attempt(),
                call.provider(),
                call.model(),
                call.requestId(),
                call.inputTokens(),
                call.cacheReadTokens(),
                call.cacheWriteTokens(),
                call.outputTokens(),
                call.reasoningTokens(),
                costMicros,
                call.usageSource(),
                call.httpStatus(),
                call.startedAt(),
                call.finishedAt(),
                origin.job(),
                call.modelAsked(),
                call.streamed(),
                call.ending());
    }

    Spent spent(Tx tx, RunId run) {
        return tx.find("""
                        SELECT coalesce(sum(cost_micros), 0) AS cost, coalesce(sum(
                            input_tokens + cache_read_tokens + cache_write_tokens + output_tokens), 0) AS tokens
                        FROM usage_records WHERE run_id = ?
                        """, UsageStore::spent, run).orElseThrow();
    }

    Spent spent(Tx tx, RunId run, String stage) {
        return tx.find("""
                        SELECT coalesce(sum(cost_micros), 0) AS cost, coalesce(sum(
                            input_tokens + cache_read_tokens + cache_write_tokens + output_tokens), 0) AS tokens
                        FROM usage_records WHERE run_id = ? AND stage = ?
                        """, UsageStore::spent, run, stage).orElseThrow();
    }

    private static Spent spent(Row row) {
        return new Spent(row.number("cost"), row.number("tokens"));
    }

    UsageTotals totals(Tx tx, JobId job) {
        return tx.find(
                        """
                        SELECT count(*) AS calls,
                            coalesce(sum(input_tokens), 0) AS input_tokens,
                            coalesce(sum(cache_read_tokens), 0) AS cache_read_tokens,
                            coalesce(sum(cache_write_tokens), 0) AS cache_write_tokens,
                            coalesce(sum(output_tokens), 0) AS output_tokens,
                            coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens
                        FROM usage_records WHERE job_id = ?
                        """,
                        row -> new UsageTotals(
                                row.number("calls"),
                                row.number("input_tokens"),
                                row.number("cache_read_tokens"),
                                row.number("cache_write_tokens"),
                                row.number("output_tokens"),
                                row.number("reasoning_tokens")),
                        job)
                .orElseThrow();
    }

    Totals totals(Tx tx, RunId run) {
        return query(tx, "SELECT " + SUMS, run, (row, context) -> totals(row)).get(0);
    }

    /** The costliest model first. */
    List<ByModel> byModel(Tx tx, RunId run) {
        return query(
                tx,
                "SELECT provider, model, " + SUMS + " GROUP BY provider, model"
                        + " ORDER BY coalesce(sum(cost_micros), 0) DESC, provider, model",
                run,
                (row, context) -> new ByModel(row.getString("model"), row.getString("provider"), totals(row)));
    }

    /** In the order in which they began. */
    List<BySubstage> bySubstage(Tx tx, RunId run) {
        return query(
                tx,
                "SELECT stage, substage, attempt, model, usage_source, " + SUMS
                        + " GROUP BY stage, substage, attempt, model, usage_source"
                        + " ORDER BY min(started_at), stage, substage, attempt, model, usage_source",
                run,
                (row, context) -> new BySubstage(
                        row.getString("stage"),
                        emptyToNull(row.getString("substage")),
                        row.getInt("attempt"),
                        row.getString("model"),
                        row.getString("usage_source"),
                        totals(row)));
    }

    void deleteRun(Tx tx, RunId run) {
        tx.update("""
                INSERT INTO usage_labels (run_id, key, value)
                SELECT run_id, key, value FROM run_labels
                WHERE run_id = ?1 AND EXISTS (SELECT 1 FROM usage_records WHERE run_id = ?1)
                """, run);
        tx.update("DELETE FROM usage_records WHERE run_id = ?", run);
    }

    /** Deletes some sums of days before one, given in days since 1970, whose runs are gone; answers how many. */
    int deleteDays(Tx tx, long before, int limit) {
        return tx.update("""
                DELETE FROM usage_days WHERE (day, run_id, provider, model) IN (
                    SELECT day, run_id, provider, model FROM usage_days
                    WHERE day < ? AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = usage_days.run_id)
                    ORDER BY day LIMIT ?)
                """, before, limit);
    }

    /** Runs that are gone, and whose sums are: nothing asks for their labels any more. */
    List<String> listLabelledInVain(Tx tx, int limit) {
        return tx.list(
                "SELECT run_id FROM usage_labels EXCEPT SELECT run_id FROM usage_days LIMIT ?",
                row -> row.text("run_id"),
                limit);
    }

    int deleteLabels(Tx tx, List<String> runs) {
        return tx.update("DELETE FROM usage_labels WHERE run_id IN (SELECT value FROM json_each(?))", Json.write(runs));
    }

    private static <T> List<T> query(Tx tx, String sql, RunId run, RowMapper<T> mapper) {
        return tx.handle()
                .createQuery(sql)
                .bind("run", run.toString())
                .map(mapper)
                .list();
    }

    private static Totals totals(ResultSet row) throws SQLException {
        long micros = row.getLong("cost_micros");
        BigDecimal cost = row.wasNull() ? null : BigDecimal.valueOf(micros, MICROS_DIGITS);
        return new Totals(
                row.getLong("calls"),
                row.getLong("input_tokens"),
                row.getLong("cache_read_tokens"),
                row.getLong("cache_write_tokens"),
                row.getLong("output_tokens"),
                row.getLong("reasoning_tokens"),
                cost);
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
