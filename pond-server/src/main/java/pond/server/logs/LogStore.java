package pond.server.logs;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import pond.common.api.LogLine;
import pond.common.api.LogSource;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.protocol.LogBatch.Line;
import pond.server.db.Tx;
import pond.server.logs.LogService.Page;

/** Chunks, heads and numbers as rows; see {@code db/logs}. */
final class LogStore {
    /** From the chunk that holds a line, found by key, on. */
    static final String PAGE = """
            SELECT first_id, line_count, stage, substage, attempt, source, data FROM log_chunks
            WHERE run_id = ? AND first_id >= coalesce(
                (SELECT max(first_id) FROM log_chunks WHERE run_id = ? AND first_id <= ?), 0)
            ORDER BY first_id
            """;

    /** What a run's chunks are so far: the id of its next line and the bytes that they take. */
    record Head(long nextId, long bytes) {
        static final Head NONE = new Head(1, 0);
    }

    Head head(Tx tx, RunId run) {
        return tx.find(
                        "SELECT next_id, bytes FROM log_heads WHERE run_id = ?",
                        row -> new Head(row.number("next_id"), row.number("bytes")),
                        run)
                .orElse(Head.NONE);
    }

    void putHead(Tx tx, RunId run, Head head, long nowMillis) {
        tx.update("""
                INSERT INTO log_heads (run_id, next_id, bytes, created_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (run_id) DO UPDATE SET next_id = excluded.next_id, bytes = excluded.bytes
                """, run, head.nextId(), head.bytes(), nowMillis);
    }

    long stored(Tx tx, JobId job) {
        return tx.find("SELECT stored FROM log_jobs WHERE job_id = ?", row -> row.number("stored"), job)
                .orElse(0L);
    }

    void putStored(Tx tx, JobId job, RunId run, long stored) {
        tx.update("""
                INSERT INTO log_jobs (job_id, run_id, stored) VALUES (?, ?, ?)
                ON CONFLICT (job_id) DO UPDATE SET stored = excluded.stored
                """, job, run, stored);
    }

    void insert(Tx tx, LogOrigin origin, long firstId, LogChunk chunk) {
        tx.update(
                """
                INSERT INTO log_chunks (run_id, first_id, line_count, stage, substage, attempt, source, data)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                origin.run(),
                firstId,
                chunk.lineCount(),
                origin.stage(),
                origin.substage(),
                origin.attempt(),
                origin.source(),
                chunk.data());
    }

    /** Rows are stepped through, not collected: no more is read than the page takes. */
    Page page(Tx tx, RunId run, long since, LogService.Bounds bounds) throws SQLException {
        PreparedStatement select = tx.statement(PAGE);
        long wanted = since == Long.MAX_VALUE ? since : since + 1;
        select.setString(1, run.toString());
        select.setString(2, run.toString());
        select.setLong(3, wanted);
        List<LogLine> lines = new ArrayList<>();
        long chars = 0;
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                int skip = (int) Math.max(0, Math.min(wanted - row.getLong(1), row.getInt(2)));
                if (skip == row.getInt(2)) {
                    continue;
                }
                for (LogLine line : lines(row, run, skip)) {
                    chars += line.line().length();
                    if (lines.size() == bounds.lines() || (chars > bounds.chars() && !lines.isEmpty())) {
                        return new Page(lines, lines.get(lines.size() - 1).id(), false);
                    }
                    lines.add(line);
                }
            }
        }
        return new Page(
                lines, lines.isEmpty() ? since : lines.get(lines.size() - 1).id(), true);
    }

    private static List<LogLine> lines(ResultSet row, RunId run, int skip) throws SQLException {
        LogOrigin origin = new LogOrigin(
                run,
                row.getString(3),
                row.getString(4),
                row.getInt(5),
                LogSource.valueOf(row.getString(6).toUpperCase(Locale.ROOT)));
        List<Line> stored = LogChunk.decode(row.getBytes(7));
        List<LogLine> lines = new ArrayList<>(stored.size() - skip);
        long id = row.getLong(1) + skip;
        for (Line line : stored.subList(skip, stored.size())) {
            lines.add(new LogLine(
                    id++,
                    line.at(),
                    origin.stage(),
                    origin.substage(),
                    origin.attempt(),
                    line.stream(),
                    origin.source(),
                    line.text()));
        }
        return lines;
    }

    Map<RunId, Long> bytes(Tx tx, List<RunId> runs) {
        Map<RunId, Long> bytes = new HashMap<>();
        tx.list(
                        "SELECT run_id, bytes FROM log_heads WHERE run_id IN (SELECT value FROM json_each(?))",
                        row -> Map.entry(RunId.of(row.text("run_id")), row.number("bytes")),
                        Json.write(runs))
                .forEach(head -> bytes.put(head.getKey(), head.getValue()));
        return bytes;
    }

    /** Runs whose log began before a time, a page in the order of their ids. */
    List<RunId> begunBefore(Tx tx, long millis, String afterRun, int limit) {
        return tx.handle()
                .createQuery("""
                        SELECT run_id FROM log_heads WHERE run_id > :after AND created_at < :before
                        ORDER BY run_id LIMIT :limit
                        """)
                .bind("after", afterRun)
                .bind("before", millis)
                .bind("limit", limit)
                .mapTo(String.class)
                .map(RunId::of)
                .list();
    }

    /** Deletes some chunks of a run; answers how many. */
    int deleteChunks(Tx tx, RunId run, int limit) {
        return tx.update("""
                DELETE FROM log_chunks WHERE run_id = ?1 AND first_id IN (
                    SELECT first_id FROM log_chunks WHERE run_id = ?1 ORDER BY first_id LIMIT ?2)
                """, run, limit);
    }

    /** Deletes what is left of a run once its chunks are gone. */
    void deleteHead(Tx tx, RunId run) {
        tx.update("DELETE FROM log_jobs WHERE run_id = ?", run);
        tx.update("DELETE FROM log_heads WHERE run_id = ?", run);
    }
}
