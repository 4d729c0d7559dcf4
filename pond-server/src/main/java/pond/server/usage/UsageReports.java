package pond.server.usage;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.api.UsageReport;
import pond.common.api.UsageReport.Group;
import pond.server.db.Database;
import pond.server.usage.UsageReportStore.Sum;

/** Adds up the calls of many runs. Safe from any thread. */
public final class UsageReports {
    private static final int MAX_GROUPS = 1_000;

    private final Database database;
    private final InstantSource clock;
    private final UsageReportStore store = new UsageReportStore();

    /** @param database with {@code db/pond} */
    public UsageReports(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** A span that nothing was said about begins a month ago. */
    Span span(@Nullable Instant since, @Nullable Instant until) {
        return new Span(since == null ? Span.defaultSince(until, clock.instant()) : since, until);
    }

    /** All numbers of one moment. */
    UsageReport report(UsageQuestion question) {
        List<Sum> sums = database.read(tx -> store.list(tx, question, MAX_GROUPS + 1));
        // The sum of all groups comes first, and is there without any group, too.
        List<Sum> groups = sums.subList(1, sums.size());
        boolean truncated = groups.size() > MAX_GROUPS;
        return new UsageReport(
                question.span().since(),
                question.span().until(),
                question.by().stream().map(Grouping::text).toList(),
                groups.stream()
                        .limit(MAX_GROUPS)
                        .map(sum -> new Group(key(question.by(), sum.columns()), sum.totals()))
                        .toList(),
                sums.get(0).totals(),
                truncated);
    }

    private static Map<String, @Nullable String> key(List<Grouping> by, List<@Nullable String> columns) {
        Map<String, @Nullable String> key = new LinkedHashMap<>();
        List<@Nullable String> left = new ArrayList<>(columns);
        for (Grouping grouping : by) {
            for (String name : grouping.names()) {
                String value = left.remove(0);
                key.put(name, value != null && grouping == Grouping.Column.DAY ? date(value) : value);
            }
        }
        return key;
    }

    private static String date(String day) {
        return LocalDate.ofEpochDay(Long.parseLong(day)).toString();
    }
}
