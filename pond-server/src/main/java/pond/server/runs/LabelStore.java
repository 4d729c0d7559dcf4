package pond.server.runs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.ids.LabelMatch;
import pond.common.ids.ProjectId;
import pond.common.json.Json;
import pond.server.db.Tx;

/** Rows of {@code run_labels}, which triggers write; see {@code db/pond/0012_create_run_labels.sql}. */
final class LabelStore {
    /** Labels that more runs have than this are all called common: telling them apart would cost more than it saves. */
    private static final int COMMON = 1_000;

    /**
     * The part of a query that finds labelled runs: {@code found} is a row for each run that has the rarest label, in the
     * order of its index, and {@code condition} checks the others.
     */
    record Found(String condition, List<Object> values) {
        /** The runs of the rows come after them: the walk through the index is what sorts and bounds the page. */
        static final String FROM =
                " FROM run_labels AS found CROSS JOIN runs ON runs.id = found.run_id" + RunStore.SUBMITTED;
    }

    /** Empty when there is nothing to look for. */
    Optional<Found> find(Tx tx, @Nullable ProjectId project, List<LabelMatch> labels) {
        if (labels.isEmpty()) {
            return Optional.empty();
        }
        List<LabelMatch> others = new ArrayList<>(labels);
        LabelMatch rarest = rarest(tx, project, labels);
        others.remove(rarest);

        StringBuilder condition = new StringBuilder(" AND found.key = ?");
        List<Object> values = new ArrayList<>(List.of(rarest.key()));
        if (rarest.value() != null) {
            condition.append(" AND found.value = ?");
            values.add(rarest.value());
        }
        if (!others.isEmpty()) {
            condition.append("""
                     AND NOT EXISTS (
                        SELECT 1 FROM json_each(?) AS wanted WHERE NOT EXISTS (
                            SELECT 1 FROM run_labels AS own
                            WHERE own.run_id = found.run_id AND own.key = wanted.value ->> 'key'
                                AND own.value = coalesce(wanted.value ->> 'value', own.value)))
                    """);
            values.add(Json.write(others));
        }
        return Optional.of(new Found(condition.toString(), values));
    }

    private static LabelMatch rarest(Tx tx, @Nullable ProjectId project, List<LabelMatch> labels) {
        return labels.size() == 1
                ? labels.get(0)
                : labels.stream()
                        .min(Comparator.comparingLong(label -> count(tx, project, label)))
                        .orElseThrow();
    }

    /** How many runs have it, as far as that matters. */
    private static long count(Tx tx, @Nullable ProjectId project, LabelMatch label) {
        String sql = "SELECT count(*) AS n FROM (SELECT 1 FROM run_labels WHERE key = ?"
                + (label.value() == null ? "" : " AND value = ?")
                + (project == null ? "" : " AND project_id = ?")
                + " LIMIT " + COMMON + ")";
        List<Object> values = new ArrayList<>(List.of(label.key()));
        if (label.value() != null) {
            values.add(label.value());
        }
        if (project != null) {
            values.add(project);
        }
        return tx.find(sql, row -> row.number("n"), values.toArray()).orElseThrow();
    }
}
