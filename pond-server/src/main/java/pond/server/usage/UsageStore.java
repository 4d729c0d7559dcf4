package pond.server.usage;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;
import pond.common.api.UsageView.ByModel;
import pond.common.api.UsageView.BySubstage;
import pond.common.api.UsageView.Totals;
import pond.common.ids.RunId;
import pond.common.protocol.UsageRecord;
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
    int insert(Tx tx, UsageOrigin origin, UsageRecord call, @Nullable Long costMicros) throws SQLException {
        PreparedStatement insert = tx.statement("""
                INSERT INTO usage_records (id, run_id, stage, substage, attempt, provider, model, request_id,
                    input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_micros,
                    usage_source, http_status, started_at, finished_at, job_id, model_asked, streamed, ending)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO NOTHING
                """);
        insert.setString(1, call.id().toString());
        insert.setString(2, origin.run().toString());
        insert.setString(3, origin.stage());
        insert.setString(4, origin.substage() == null ? "" : origin.substage());
        insert.setInt(5, origin.attempt());
        insert.setString(6, call.provider());
        insert.setString(7, call.model());
        insert.setString(8, call.requestId());
        insert.setLong(9, call.inputTokens());
        insert.setLong(10, call.cacheReadTokens());
        insert.setLong(11, call.cacheWriteTokens());
        insert.setLong(12, call.outputTokens());
        insert.setLong(13, call.reasoningTokens());
        insert.setObject(14, costMicros, Types.BIGINT);
        insert.setString(15, call.usageSource().toString());
        insert.setInt(16, call.httpStatus());
        insert.setLong(17, call.startedAt().toEpochMilli());
        insert.setLong(18, call.finishedAt().toEpochMilli());
        insert.setString(19, origin.job().toString());
        insert.setString(20, call.modelAsked());
        insert.setBoolean(21, call.streamed());
        insert.setString(22, call.ending().toString());
        return insert.executeUpdate();
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
        tx.handle().execute("DELETE FROM usage_records WHERE run_id = ?", run.toString());
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
