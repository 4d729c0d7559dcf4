package pond.server.usage;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import pond.common.api.UsageView.Totals;
import pond.common.json.Json;
import pond.server.db.Row;
import pond.server.db.Tx;

/**
 * Adds up {@code usage_days}, and {@code usage_records} for the parts of days at both ends of a span; see
 * {@code db/pond/0012_create_run_labels.sql} and {@code 0013_add_retention.sql}: of deleted runs there are only whole days. Parameters are numbered, since which of them a query has depends on the
 * question; the texts of all queries are a few hundred at most.
 */
final class UsageReportStore {
    private static final int MICROS_DIGITS = 6;

    private static final String NUMBERS = "calls, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens,"
            + " reasoning_tokens, cost_micros";

    private static final String SUMS = """
            coalesce(sum(calls), 0) AS calls, coalesce(sum(input_tokens), 0) AS input_tokens,
            coalesce(sum(cache_read_tokens), 0) AS cache_read_tokens,
            coalesce(sum(cache_write_tokens), 0) AS cache_write_tokens,
            coalesce(sum(output_tokens), 0) AS output_tokens, coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens,
            sum(cost_micros) AS cost_micros
            """;

    private static final String DAYS = "SELECT run_id, project_id, provider, model, day, " + NUMBERS
            + " FROM usage_days WHERE day >= ?1 AND day < ?2";

    /** With parameters of its own for where it starts and ends. */
    private static final String PART_OF_A_DAY = """

            UNION ALL
            SELECT usage_records.run_id, runs.project_id, provider, model, usage_records.started_at / 86400000, 1,
                input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_micros
            FROM usage_records CROSS JOIN runs ON runs.id = usage_records.run_id
            WHERE usage_records.started_at >= ?%d AND usage_records.started_at < ?%d
            """;

    private static final String LABELLED = """

            WHERE NOT EXISTS (
                SELECT 1 FROM json_each(?8) AS wanted WHERE NOT EXISTS (
                    SELECT 1 FROM labels_of_usage AS own
                    WHERE own.run_id = used.run_id AND own.key = wanted.value ->> 'key'
                        AND own.value = coalesce(wanted.value ->> 'value', own.value)))
            """;

    /**
     * One line of a report.
     *
     * @param columns what its calls have in common, column by column; all null in the sum of all
     */
    record Sum(List<@Nullable String> columns, Totals totals) {}

    /** The sum of all groups, and after it the groups, the costliest first. */
    List<Sum> list(Tx tx, UsageQuestion question, int limit) {
        List<String> columns = columns(question.by());
        Span span = question.span();
        return tx.list(
                sql(question, columns),
                row -> sum(row, columns.size()),
                span.firstDay(),
                span.endDay(),
                span.headStart(),
                span.headEnd(),
                span.tailStart(),
                span.tailEnd(),
                question.project(),
                Json.write(question.labels()),
                label(question.by(), 0),
                label(question.by(), 1),
                limit);
    }

    private static String sql(UsageQuestion question, List<String> columns) {
        String project = question.project() == null ? "" : " AND project_id = ?7";
        StringBuilder used = new StringBuilder(DAYS).append(project);
        if (!question.span().isWholeDays()) {
            used.append(PART_OF_A_DAY.formatted(3, 4)).append(project);
            used.append(PART_OF_A_DAY.formatted(5, 6)).append(project);
        }
        String names = names(columns, "%s");
        return "WITH used AS (" + used + "), grouped AS MATERIALIZED (SELECT "
                + IntStream.range(0, columns.size())
                        .mapToObj(i -> columns.get(i) + " AS k" + i)
                        .collect(Collectors.joining(", "))
                + ", " + SUMS + " FROM used" + (question.labels().isEmpty() ? "" : LABELLED) + " GROUP BY "
                + names + ")\n"
                + "SELECT * FROM (SELECT 1 AS whole, " + names(columns, "NULL AS %s") + ", " + SUMS + " FROM grouped\n"
                + "UNION ALL SELECT * FROM (SELECT 0, " + names + ", " + NUMBERS + " FROM grouped"
                + " ORDER BY coalesce(cost_micros, 0) DESC, " + names + " LIMIT ?11))\n"
                + "ORDER BY whole DESC, coalesce(cost_micros, 0) DESC, " + names;
    }

    private static String names(List<String> columns, String form) {
        return IntStream.range(0, columns.size())
                .mapToObj(i -> form.formatted("k" + i))
                .collect(Collectors.joining(", "));
    }

    private static List<String> columns(List<Grouping> by) {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < by.size(); i++) {
            if (by.get(i) instanceof Grouping.Column column) {
                switch (column) {
                    case PROJECT -> columns.add("project_id");
                    case MODEL -> columns.addAll(List.of("model", "provider"));
                    case DAY -> columns.add("day");
                }
            } else {
                columns.add("(SELECT value FROM labels_of_usage AS own WHERE own.run_id = used.run_id AND key = ?"
                        + (9 + i) + ")");
            }
        }
        return columns;
    }

    private static @Nullable String label(List<Grouping> by, int place) {
        return by.size() > place && by.get(place) instanceof Grouping.Label label ? label.key() : null;
    }

    private static Sum sum(Row row, int columns) {
        List<@Nullable String> values = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            values.add(row.textOrNull("k" + i));
        }
        Long micros = row.numberOrNull("cost_micros");
        Totals totals = new Totals(
                row.number("calls"),
                row.number("input_tokens"),
                row.number("cache_read_tokens"),
                row.number("cache_write_tokens"),
                row.number("output_tokens"),
                row.number("reasoning_tokens"),
                micros == null ? null : BigDecimal.valueOf(micros, MICROS_DIGITS));
        return new Sum(values, totals);
    }
}
