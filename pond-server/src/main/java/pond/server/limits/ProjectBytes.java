package pond.server.limits;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import pond.common.ids.ProjectId;
import pond.common.problems.ProblemCode;
import pond.server.db.Database;
import pond.server.errors.PondException;

/**
 * How many bytes the artifacts and logs of a project may take before it can have no new run. Added up from the rows of both
 * databases, which takes a moment for a project with many runs, so a sum is good for some seconds; what running jobs add
 * meanwhile is bounded by their own limits. Safe for use by several threads.
 */
public final class ProjectBytes {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Duration AGAIN = Duration.ofSeconds(60);
    private static final int KEPT = 1_000;
    private static final int RUNS_AT_ONCE = 1_000;

    private final Database database;
    private final Database logDatabase;
    private final long most;
    private final LongSupplier nanos;
    private final ProjectUseStore store = new ProjectUseStore();
    private final Map<ProjectId, Sum> sums = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ProjectId, Sum> eldest) {
            return size() > KEPT;
        }
    };

    private record Sum(long at, long bytes) {}

    /**
     * Bounds each project.
     *
     * @param most in bytes; 0 is no bound
     * @param nanos a clock that only ever goes forward
     */
    public ProjectBytes(Database database, Database logDatabase, long most, LongSupplier nanos) {
        this.database = database;
        this.logDatabase = logDatabase;
        this.most = most;
        this.nanos = nanos;
    }

    /**
     * To be asked before a run is made, outside of transactions.
     *
     * @throws PondException LIMITED with {@link ProblemCode#PROJECT_FULL}
     */
    public void requireRoom(ProjectId project) {
        if (most > 0 && bytes(project) >= most) {
            throw PondException.limited(
                    ProblemCode.PROJECT_FULL,
                    "the artifacts and logs of the project take " + most
                            + " bytes or more, which is all that it may have;" + " old runs must go first",
                    AGAIN);
        }
    }

    private long bytes(ProjectId project) {
        long now = nanos.getAsLong();
        synchronized (sums) {
            Sum known = sums.get(project);
            if (known != null && now - known.at() < FRESH_NANOS) {
                return known.bytes();
            }
        }
        long bytes = sum(project);
        synchronized (sums) {
            sums.put(project, new Sum(now, bytes));
        }
        return bytes;
    }

    private long sum(ProjectId project) {
        long bytes = database.read(tx -> store.sumArtifacts(tx, project));
        String after = "";
        List<String> runs;
        do {
            String last = after;
            runs = database.read(tx -> store.listRuns(tx, project, last, RUNS_AT_ONCE));
            List<String> page = runs;
            bytes += page.isEmpty() ? 0 : logDatabase.read(tx -> store.sumLogs(tx, page));
            after = page.isEmpty() ? after : page.get(page.size() - 1);
        } while (runs.size() == RUNS_AT_ONCE && bytes < most);
        return bytes;
    }
}
