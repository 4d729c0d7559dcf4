package pond.server.soak;

import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.List;

/** What must not grow, and what must not be left. Prints each with its bound; remembers whether one was missed. */
final class Leaks {
    private final PrintStream out;
    private final boolean warm;
    private boolean missed;

    /** @param warm whether processes had so much to do before that they grow no more by themselves */
    Leaks(PrintStream out, boolean warm) {
        this.out = out;
        this.warm = warm;
    }

    /** Holds what a process has now against what it had at an earlier moment as quiet as this one. */
    void compare(String name, Footprint then, Footprint now) {
        out.printf("%n%s, %s%n", name, now);
        atMost("resident memory grew by, MiB", now.residentMiB() - then.residentMiB(), warm ? 48 : 128);
        atMost("heap after a collection grew by, MiB", now.heapMiB() - then.heapMiB(), warm ? 8 : 24);
        // The threads of a pool come and go with its load.
        atMost("threads grew by", now.threads() - then.threads(), warm ? 16 : 64);
        atMost("descriptors grew by", now.descriptors() - then.descriptors(), 16);
        atMost("children grew by", now.children() - then.children(), 0);
    }

    /**
     * What is left of work that has ended.
     *
     * @param swept whether there was time for the sweep of bundles
     */
    void look(StateFolder state, boolean swept) throws IOException, SQLException {
        out.printf("%nstate folder%n");
        for (String worker : List.of("work/local/", "work/fetch/")) {
            atMost("files in " + worker, state.files(worker + "work") + state.files(worker + "checkouts"), 0);
        }
        // SQLite's library, which a running server has there, and a mark beside it.
        atMost("files in tmp/", state.files("tmp"), 2);
        if (swept) {
            atMost("files in bundles/", state.files("bundles"), 0);
        }
        atMost("pond.db-wal, MiB", state.mebibytes("pond.db-wal"), 64);
        atMost("logs.db-wal, MiB", state.mebibytes("logs.db-wal"), 64);
        atMost("jobs under way", state.count("SELECT count(*) FROM jobs WHERE status NOT IN ('ended', 'lost')"), 0);
        atMost("waits of runs and jobs", state.count("SELECT count(*) FROM waits WHERE code <> 'worker_silence'"), 0);
        // What a lost job has sent is there for the next attempt, until it is swept.
        atMost(
                "uploads under way",
                state.count("SELECT count(*) FROM artifact_uploads JOIN jobs ON jobs.id = job_id"
                        + " WHERE jobs.status <> 'lost'"),
                0);
        atMost("deliveries under way", state.count("SELECT count(*) FROM deliveries WHERE status = 'pending'"), 0);
        atMost(
                "projects with a turn beyond those with runs",
                state.count("SELECT (SELECT count(*) FROM project_turns)"
                        + " - (SELECT count(DISTINCT project_id) FROM runs)"),
                0);
    }

    void atMost(String name, long value, long bound) {
        line(name, Long.toString(value), value <= bound, Long.toString(bound));
    }

    private void atMost(String name, double value, double bound) {
        line(name, "%.1f".formatted(value), value <= bound, "%.0f".formatted(bound));
    }

    private void line(String name, String value, boolean holds, String bound) {
        missed |= !holds;
        out.printf("  %-44s %10s   %s (at most %s)%n", name, value, holds ? "ok" : "MISSED", bound);
    }

    boolean missed() {
        return missed;
    }
}
