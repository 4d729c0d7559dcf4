package pond.server.logs;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogLine;
import pond.common.api.LogSource;
import pond.common.api.LogStream;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.LogBatch;
import pond.common.protocol.LogBatch.Line;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.logs.LogStore.Head;
import pond.server.watch.Watch;

/**
 * Appends to the logs of runs and reads them. It has a database of its own, so that a flood of lines delays no change of
 * a run's state; what must be on disk before a state is told must therefore be waited for by whoever changes the state.
 * Safe from any thread. Futures complete after the commit, off the writer's thread.
 */
public final class LogService {
    /** The most characters of text on one page; a single longer line is a page of its own. */
    private static final int PAGE_CHARS = 1024 * 1024;

    /** Roughly what a chunk's row and index entry take besides the data. */
    private static final int ROW_BYTES = 256;

    /** Room above the bound of a run for what pond itself has to say. */
    private static final long SYSTEM_BYTES = 1024 * 1024;

    private static final int MAX_WAITERS = 10_000;
    /** Chunks: at most some megabytes. */
    private static final int DELETED_AT_ONCE = 100;

    private static final int RUNS_AT_ONCE = 50;
    private static final int SWEPT_AT_ONCE = 1_000;
    private static final Duration ORPHAN_AGE = Duration.ofHours(1);

    private final Database database;
    private final InstantSource clock;
    private final long maxRunBytes;
    private final LogStore store = new LogStore();
    private final Watch<RunId> waiters = new Watch<>(MAX_WAITERS);
    private volatile AppendListener listener = (lines, bytes) -> {};

    /**
     * @param database with the scripts of {@code db/logs}
     * @param maxRunBytes when a run's log has grown to this, further lines are taken but not kept, and its last line says
     *     so; a safety net above the bounds of the jobs
     */
    public LogService(Database database, InstantSource clock, long maxRunBytes) {
        this.database = database;
        this.clock = clock;
        this.maxRunBytes = maxRunBytes;
    }

    /** Tells of everything that is stored from now on; there is one listener. */
    public void onAppend(AppendListener told) {
        listener = told;
    }

    /**
     * Some lines after {@code since}.
     *
     * @param next the id of the last line, or {@code since} when there is none
     * @param atEnd whether there was nothing after this page when it was read
     */
    public record Page(List<LogLine> lines, long next, boolean atEnd) {}

    /** Where a page ends at the latest. */
    record Bounds(int lines, long chars) {}

    /**
     * Appends lines of the batch's job; those that are stored already are skipped. Answers the highest number that is
     * stored, all before it included.
     *
     * <p>Fails with {@link Refusal#LOG_GAP} when lines before the batch are missing; its message names the number of the
     * first one wanted.
     */
    public CompletableFuture<Long> append(LogOrigin origin, LogBatch batch) {
        // Here and not in the transaction: the writer thread is shared, the callers' are not.
        List<LogChunk> chunks = LogChunk.encode(batch.lines());
        return database.write(tx -> append(tx, origin, batch, chunks));
    }

    /** Appends lines that pond itself wrote, with the time of now. Answers the id of the run's last line. */
    public CompletableFuture<Long> appendSystem(
            RunId run, @Nullable String stage, LogSource source, List<String> lines) {
        Instant now = clock.instant();
        List<LogChunk> chunks = LogChunk.encode(lines.stream()
                .map(text -> new Line(now, LogStream.SYSTEM, text))
                .toList());
        LogOrigin origin = new LogOrigin(run, stage, null, 0, source);
        return database.write(tx -> appendChunks(tx, origin, chunks, maxRunBytes + SYSTEM_BYTES));
    }

    /** The highest number of a job's lines that is stored; 0 when it has none. */
    public long storedUpTo(JobId job) {
        return database.read(tx -> store.stored(tx, job));
    }

    /** At most {@code limit} lines (1 or more), and not much more than 1 MiB of text, after {@code since}. */
    public Page page(RunId run, long since, int limit) {
        return page(run, since, limit, PAGE_CHARS);
    }

    /** As {@link #page(RunId, long, int)}, with at most {@code chars} of text; a longer line is a page of its own. */
    public Page page(RunId run, long since, int limit, int chars) {
        return page(run, since, new Bounds(limit, chars));
    }

    Page page(RunId run, long since, Bounds bounds) {
        return database.read(tx -> store.page(tx, run, since, bounds));
    }

    /** The id of the run's last line; 0 when it has none. */
    public long lastId(RunId run) {
        return database.read(tx -> store.head(tx, run)).nextId() - 1;
    }

    /**
     * A signal that is given when the run has a line after {@code since}, or by {@link #wake}. Who no longer waits (time
     * is up, nobody listens) completes it, and it is forgotten. Dependents must be asynchronous: the thread that gives the
     * signal has other things to do. Throws UNAVAILABLE when too many wait.
     */
    public CompletableFuture<Void> changedAfter(RunId run, long since) {
        CompletableFuture<Void> changed = waiters.register(run, since);
        // Looked at after registering: a line that is stored between the two is seen by one of them, or by both.
        try {
            if (lastId(run) > since) {
                changed.complete(null);
            }
        } catch (RuntimeException e) {
            changed.completeExceptionally(e);
        }
        return changed;
    }

    /** Gives all signals of a run: something besides its lines has changed, such as that there will be no more. */
    public void wake(RunId run) {
        waiters.wakeAll(run);
    }

    /** How many signals are out, over all runs. */
    public int waiting() {
        return waiters.size();
    }

    /** Roughly what the logs of these runs take in bytes; those of runs without a log are left out. */
    public Map<RunId, Long> bytes(List<RunId> runs) {
        return database.read(tx -> store.bytes(tx, runs));
    }

    /** Deletes the logs of runs, a little at a time so that others can write in between. */
    public CompletableFuture<Void> deleteRuns(List<RunId> runs) {
        if (runs.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return database.write(tx -> deleteSome(tx, runs))
                .thenCompose(done -> deleteRuns(runs.subList(done, runs.size())));
    }

    /** Answers how many logs are gone as a whole. */
    private int deleteSome(Tx tx, List<RunId> runs) {
        int done = 0;
        int left = DELETED_AT_ONCE;
        for (RunId run : runs.subList(0, Math.min(runs.size(), RUNS_AT_ONCE))) {
            left -= store.deleteChunks(tx, run, left);
            if (left == 0) {
                return done;
            }
            store.deleteHead(tx, run);
            done++;
        }
        return done;
    }

    /**
     * Deletes the logs of runs that have none, or that do not exist: lines are written before the run that they belong to
     * and removed after it, and a crash may come between. Logs younger than an hour are left alone.
     */
    public CompletableFuture<Void> sweep(Predicate<RunId> hasLog) {
        List<CompletableFuture<Void>> deletions = new ArrayList<>();
        long before = clock.instant().minus(ORPHAN_AGE).toEpochMilli();
        List<RunId> runs = List.of();
        String last = "";
        do {
            String after = last;
            runs = database.read(tx -> store.begunBefore(tx, before, after, SWEPT_AT_ONCE));
            for (RunId run : runs) {
                last = run.toString();
                if (!hasLog.test(run)) {
                    deletions.add(deleteRuns(List.of(run)));
                }
            }
        } while (runs.size() == SWEPT_AT_ONCE);
        return CompletableFuture.allOf(deletions.toArray(CompletableFuture[]::new));
    }

    private long append(Tx tx, LogOrigin origin, LogBatch batch, List<LogChunk> chunks) {
        JobId job = batch.job().job();
        long stored = store.stored(tx, job);
        if (batch.first() < 1 || batch.first() > stored + 1) {
            throw new ProtocolException(
                    Refusal.LOG_GAP, "lines before this batch are missing: send again from number " + (stored + 1));
        }
        long known = stored + 1 - batch.first();
        List<Line> lines = batch.lines();
        if (known >= lines.size()) {
            return stored;
        }
        List<LogChunk> fresh = known == 0 ? chunks : LogChunk.encode(lines.subList((int) known, lines.size()));
        appendChunks(tx, origin, fresh, maxRunBytes);
        long last = batch.first() + lines.size() - 1;
        store.putStored(tx, job, origin.run(), last);
        return last;
    }

    private long appendChunks(Tx tx, LogOrigin origin, List<LogChunk> chunks, long maxBytes) {
        Head before = store.head(tx, origin.run());
        if (chunks.isEmpty() || before.bytes() >= maxBytes) {
            return before.nextId() - 1;
        }
        Head head = before;
        for (LogChunk chunk : chunks) {
            head = insert(tx, origin, head, chunk);
        }
        if (before.bytes() < maxRunBytes && head.bytes() >= maxRunBytes) {
            LogOrigin pond = new LogOrigin(origin.run(), null, null, 0, LogSource.POND);
            String text = "the log of this run has reached its limit of " + maxRunBytes
                    + " bytes; further lines of its stages are not kept";
            Line notice = new Line(clock.instant(), LogStream.SYSTEM, text);
            head = insert(tx, pond, head, LogChunk.encode(List.of(notice)).get(0));
        }
        store.putHead(tx, origin.run(), head, clock.millis());
        long last = head.nextId() - 1;
        long lines = head.nextId() - before.nextId();
        long bytes = head.bytes() - before.bytes();
        tx.afterCommit(() -> {
            listener.appended(lines, bytes);
            waiters.wake(origin.run(), last);
        });
        return last;
    }

    private Head insert(Tx tx, LogOrigin origin, Head head, LogChunk chunk) {
        store.insert(tx, origin, head.nextId(), chunk);
        return new Head(head.nextId() + chunk.lineCount(), head.bytes() + chunk.data().length + ROW_BYTES);
    }
}
