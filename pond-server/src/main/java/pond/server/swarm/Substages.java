package pond.server.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.StageStatus;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.db.Row;
import pond.server.db.Tx;

/** The areas of fan-outs, inside the transaction of whoever decides. Holds no state; safe to share. */
public final class Substages {
    public void insert(Tx tx, RunId run, int position, Substage substage) {
        Area area = substage.area();
        tx.update(
                """
                INSERT INTO substages (run_id, position, key, ordinal, title, globs, why, status, attempt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                run,
                position,
                area.key(),
                substage.ordinal(),
                area.title(),
                Json.write(area.globs()),
                area.why(),
                substage.status(),
                substage.attempt());
    }

    /**
     * Stores what has become of an area; what is attested goes with the attempt that it was about. Throws
     * {@link IllegalStateException} when the area is not in the expected status.
     */
    public void update(Tx tx, RunId run, int position, StageStatus expected, Substage now) {
        Failure error = now.error();
        int rows = tx.update(
                """
                UPDATE substages SET attestation = CASE WHEN attempt = ? THEN attestation END,
                                     status = ?, attempt = ?, worker = ?, started_at = ?, finished_at = ?,
                                     exit_code = ?, error_code = ?, error_message = ?
                WHERE run_id = ? AND position = ? AND key = ? AND status = ?
                """,
                now.attempt(),
                now.status(),
                now.attempt(),
                now.worker(),
                now.startedAt(),
                now.finishedAt(),
                now.exitCode(),
                error == null ? null : error.code(),
                error == null ? null : error.message(),
                run,
                position,
                now.key(),
                expected);
        if (rows != 1) {
            throw new IllegalStateException("area " + now.key() + " of run " + run + " was not " + expected);
        }
    }

    /** Gives the same stage of another run the areas of this one, as they ended. */
    public void copy(Tx tx, RunId from, RunId to, int position) {
        tx.update("""
                INSERT INTO substages (run_id, position, key, ordinal, title, globs, why, status, attempt, worker,
                                       started_at, finished_at, exit_code, error_code, error_message, attestation)
                SELECT ?, position, key, ordinal, title, globs, why, status, attempt, worker,
                       started_at, finished_at, exit_code, error_code, error_message, attestation
                FROM substages WHERE run_id = ? AND position = ?
                """, to, from, position);
    }

    /** The areas of a stage, in the order of the list that they came from; none of a stage without a fan-out. */
    public List<Substage> list(Tx tx, RunId run, int position) {
        return tx.list(
                "SELECT * FROM substages WHERE run_id = ? AND position = ? ORDER BY ordinal",
                Substages::substage,
                run,
                position);
    }

    /** The areas of all stages of a run, by the stages' positions. */
    public Map<Integer, List<Substage>> list(Tx tx, RunId run) {
        record Placed(int position, Substage substage) {}
        Map<Integer, List<Substage>> all = new LinkedHashMap<>();
        tx.list(
                        "SELECT * FROM substages WHERE run_id = ? ORDER BY position, ordinal",
                        row -> new Placed((int) row.number("position"), substage(row)),
                        run)
                .forEach(placed -> all.computeIfAbsent(placed.position(), position -> new ArrayList<>())
                        .add(placed.substage()));
        return all;
    }

    public Optional<Substage> find(Tx tx, RunId run, int position, String key) {
        return tx.find(
                "SELECT * FROM substages WHERE run_id = ? AND position = ? AND key = ?",
                Substages::substage,
                run,
                position,
                key);
    }

    private static Substage substage(Row row) {
        @Nullable String code = row.textOrNull("error_code");
        return new Substage(
                new Area(
                        row.text("key"),
                        row.text("title"),
                        Json.readTree(row.text("globs"))
                                .valueStream()
                                .map(JsonNode::asText)
                                .toList(),
                        row.text("why")),
                (int) row.number("ordinal"),
                row.constant("status", StageStatus.class),
                (int) row.number("attempt"),
                row.textOrNull("worker"),
                row.instantOrNull("started_at"),
                row.instantOrNull("finished_at"),
                row.intOrNull("exit_code"),
                code == null ? null : new Failure(code, row.text("error_message")),
                row.textOrNull("attestation"));
    }
}
