package pond.server.retention;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.db.Database;
import pond.server.logs.LogService;

/**
 * Goes over everything that is stored and says what is to go, the oldest first. It reads a page at a time, so that neither
 * memory nor a snapshot grows with the number of runs, and does not mind when what it has named is removed meanwhile.
 */
final class Selection {
    private static final int PAGE = 250;

    private final Database database;
    private final LogService logs;
    private final RetentionPolicy policy;
    private final RetentionStore store = new RetentionStore();

    Selection(Database database, LogService logs, RetentionPolicy policy) {
        this.database = database;
        this.logs = logs;
        this.policy = policy;
    }

    /** Hands over what is to go as of now, some decisions at a time; of one run there may be two. */
    void each(Instant now, Consumer<List<Decision>> sink) {
        Map<ProjectId, Long> kept = new HashMap<>();
        byAge(now, kept, sink);
        Long most = policy.projectMaxBytes();
        if (most != null) {
            kept.forEach((project, bytes) -> {
                if (bytes > most) {
                    bySize(project, bytes - most, now, sink);
                }
            });
        }
    }

    private void byAge(Instant now, Map<ProjectId, Long> kept, Consumer<List<Decision>> sink) {
        pages(after -> database.read(tx -> store.list(tx, after, PAGE)), page -> {
            List<Decision> decisions = new ArrayList<>();
            for (StoredRun run : page) {
                Removal removal = policy.byAge(run, now);
                kept.merge(run.project(), run.without(removal).bytes(), Long::sum);
                if (removal != Removal.NOTHING) {
                    decisions.add(new Decision(run, removal));
                }
            }
            sink.accept(decisions);
            return true;
        });
    }

    private void bySize(ProjectId project, long tooMuch, Instant now, Consumer<List<Decision>> sink) {
        long[] left = {tooMuch};
        pages(after -> database.read(tx -> store.list(tx, project, after, PAGE)), page -> {
            List<Decision> decisions = new ArrayList<>();
            for (StoredRun run : page) {
                // What goes by age has been named already, and may be there still when this only looks.
                StoredRun rest = run.without(policy.byAge(run, now));
                Removal removal = RetentionPolicy.bySize(rest);
                if (left[0] > 0 && removal != Removal.NOTHING) {
                    decisions.add(new Decision(rest, removal));
                    left[0] -= rest.bytes();
                }
            }
            sink.accept(decisions);
            return left[0] > 0;
        });
    }

    private interface Page {
        /** Whether to go on. */
        boolean read(List<StoredRun> runs);
    }

    private void pages(Function<String, List<StoredRun>> query, Page reader) {
        String after = "";
        List<StoredRun> page;
        do {
            page = withLogs(query.apply(after));
            if (page.isEmpty()) {
                return;
            }
            after = page.get(page.size() - 1).id().toString();
        } while (reader.read(page) && page.size() == PAGE);
    }

    private List<StoredRun> withLogs(List<StoredRun> page) {
        Map<RunId, Long> bytes = logs.bytes(page.stream().map(StoredRun::id).toList());
        return page.stream()
                .map(run -> run.withLogBytes(bytes.getOrDefault(run.id(), 0L)))
                .toList();
    }
}
