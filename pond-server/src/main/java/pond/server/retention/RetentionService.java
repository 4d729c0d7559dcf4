package pond.server.retention;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.ids.RunId;
import pond.server.artifacts.ArtifactService;
import pond.server.artifacts.Freed;
import pond.server.db.Database;
import pond.server.db.FileSpace;
import pond.server.db.FilesLock;
import pond.server.db.Tx;
import pond.server.logs.LogService;
import pond.server.runs.Removals;
import pond.server.usage.UsageService;

/**
 * Removes what the policy does not keep. Of some runs at a time: first the rows that say so, in one short transaction of
 * {@code pond.db}, then the log in {@code logs.db}, then the files that no row names any more. Whatever is in between when
 * the process dies is seen by nobody, and the sweeps of logs and of artifacts find it. One pass at a time.
 */
public final class RetentionService {
    private static final Logger log = LoggerFactory.getLogger(RetentionService.class);
    /** A transaction ends when either is reached: every other write waits behind it. */
    private static final int RUNS_AT_ONCE = 100;

    private static final long NANOS_AT_ONCE = 3_000_000;
    /** A megabyte of a file, with pages of 4 KiB. */
    private static final int PAGES_AT_ONCE = 256;
    /** What a file may have free before it shrinks, since it will grow again; and so may a tenth of it. */
    private static final long FREE_BYTES = 8L << 20;

    private static final long WRITE_SECONDS = 60;
    /** A backup that takes longer ends the pass; the next one goes on. */
    private static final Duration COPY_WAIT = Duration.ofMinutes(30);

    private final Around around;
    private final RetentionPolicy policy;
    private final InstantSource clock;
    private final Selection selection;
    private final RetentionStore store = new RetentionStore();
    private volatile boolean closed;

    /** The rooms whose rows, lines and files are removed. */
    public record Around(
            Database database,
            Database logDatabase,
            LogService logs,
            ArtifactService artifacts,
            UsageService usage,
            Removals removals,
            FilesLock filesLock) {}

    public RetentionService(Around around, RetentionPolicy policy, InstantSource clock) {
        this.around = around;
        this.policy = policy;
        this.clock = clock;
        this.selection = new Selection(around.database(), around.logs(), policy);
    }

    public RetentionPolicy policy() {
        return policy;
    }

    /** What a pass would remove now; changes nothing. */
    public RetentionPlan plan() {
        RetentionPlan.Builder plan = new RetentionPlan.Builder();
        selection.each(clock.instant(), plan::add);
        return plan.build();
    }

    /** Removes it. Blocks until all is done, for minutes when there is much. */
    RetentionPass run() {
        Instant start = clock.instant();
        long begun = System.nanoTime();
        Tally tally = new Tally();
        String error = null;
        try {
            selection.each(start, decisions -> remove(decisions, tally));
            removeUsage(start);
            tally.databaseBytes += shrink(around.database()) + shrink(around.logDatabase());
        } catch (RuntimeException e) {
            error = closed ? "the server was stopped" : "it failed; the server's log says why";
            if (!closed) {
                log.warn("retention could not finish; what it has removed is removed", e);
            }
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        return new RetentionPass(
                start, millis, tally.removed, tally.files.files(), tally.files.bytes(), tally.databaseBytes, error);
    }

    /** A pass that is under way ends at its next step. */
    void close() {
        closed = true;
    }

    private static final class Tally {
        private RetentionPlan.Sum removed = RetentionPlan.Sum.NOTHING;
        private Freed files = Freed.NOTHING;
        private long databaseBytes;
    }

    /** Rows of {@code pond.db} that are gone, and what is to follow them. */
    record Rows(int seen, RetentionPlan.Sum removed, List<RunId> logs, Set<String> digests) {}

    /** By the days that sums are of, after the runs: those that go now may be older. */
    private void removeUsage(Instant now) {
        Duration kept = policy.usage();
        if (kept != null) {
            int sums = around.usage().deleteDays(now.minus(kept), this::await);
            log.debug("retention: {} sums of model calls", sums);
        }
    }

    private void remove(List<Decision> decisions, Tally tally) {
        List<Decision> rest = decisions;
        while (!rest.isEmpty()) {
            rest = rest.subList(removeSome(rest, tally), rest.size());
        }
    }

    /** Not while somebody copies: what the rows of a copy name must be in it. Answers how many decisions it has done. */
    private int removeSome(List<Decision> decisions, Tally tally) {
        try {
            FilesLock.Held held = around.filesLock().take(COPY_WAIT);
            try {
                Rows rows = removeRows(decisions);
                tally.removed = tally.removed.plus(rows.removed());
                await(around.logs().deleteRuns(rows.logs()));
                tally.files = tally.files.plus(around.artifacts().deleteFiles(rows.digests()));
                return rows.seen();
            } finally {
                held.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the server is being stopped", e);
        }
    }

    /** The first step, of the first few decisions. */
    Rows removeRows(List<Decision> decisions) {
        return await(around.database().write(tx -> removeRows(tx, decisions)));
    }

    private Rows removeRows(Tx tx, List<Decision> decisions) {
        long begun = System.nanoTime();
        RetentionPlan.Sum removed = RetentionPlan.Sum.NOTHING;
        List<RunId> logs = new ArrayList<>();
        Set<String> digests = new HashSet<>();
        int seen = 0;
        while (seen < Math.min(decisions.size(), RUNS_AT_ONCE)
                && (seen == 0 || System.nanoTime() - begun < NANOS_AT_ONCE)) {
            Decision decision = decisions.get(seen++);
            RunId run = decision.run().id();
            // Somebody may have asked for a delivery or a re-run since the decision.
            if (store.isRemovable(tx, run)) {
                removed = removed.plus(decision);
                removeRow(tx, run, decision.removal(), logs, digests);
            }
        }
        return new Rows(seen, removed, logs, digests);
    }

    private void removeRow(Tx tx, RunId run, Removal removal, List<RunId> logs, Set<String> digests) {
        if (removal.artifacts()) {
            digests.addAll(around.artifacts().deleteRun(tx, run));
        }
        if (removal.log()) {
            logs.add(run);
        }
        if (removal == Removal.RUN) {
            around.usage().deleteRun(tx, run);
            around.removals().run(tx, run);
            return;
        }
        Instant now = clock.instant();
        if (removal.log()) {
            around.removals().logs(tx, run, now);
        }
        if (removal.artifacts()) {
            around.removals().artifacts(tx, run, now);
        }
    }

    /** Gives space back to the file system, a little at a time; answers by how many bytes the file shrinks. */
    private long shrink(Database database) {
        FileSpace before = database.space();
        FileSpace now = before;
        long left = Long.MAX_VALUE;
        while (now.shrinks() && excess(now) > 0 && now.freeBytes() < left) {
            left = now.freeBytes();
            await(database.release((int) Math.min(PAGES_AT_ONCE, excess(now) / now.pageBytes() + 1)));
            now = database.space();
        }
        await(database.emptyWal());
        return Math.max(0, before.bytes() - now.bytes());
    }

    private static long excess(FileSpace space) {
        return space.freeBytes() - Math.max(FREE_BYTES, space.bytes() / 10);
    }

    private <T> T await(CompletableFuture<T> write) {
        if (closed) {
            throw new IllegalStateException("the server is being stopped");
        }
        return write.orTimeout(WRITE_SECONDS, TimeUnit.SECONDS).join();
    }
}
