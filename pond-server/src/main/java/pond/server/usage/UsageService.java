package pond.server.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import pond.common.api.UsageView;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.UsageTotals;
import pond.common.swarm.RateCard;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.errors.PondException;

/** Records model calls and adds them up. Safe from any thread. */
public final class UsageService {
    /** Far above any real call, and far below what would make a sum overflow. */
    private static final long MAX_COUNT = 1_000_000_000_000L;

    /** In micro-dollars: as much as the largest budget, for the same reason. */
    private static final long MAX_COST = 1_000_000_000_000L;

    private static final int MAX_TEXT = 512;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final int ROWS_AT_ONCE = 500;

    private final Database database;
    private final UsageStore store = new UsageStore();
    private volatile CallListener listener = (call, costMicros) -> {};

    /** @param database with {@code db/pond} */
    public UsageService(Database database) {
        this.database = database;
    }

    /** Tells of every call that is recorded from now on; there is one listener. */
    public void onCall(CallListener told) {
        listener = told;
    }

    /**
     * Records calls and what they cost; one whose id is known already is left as it is. Answers how many were new.
     *
     * @param rates the prices that were frozen with the stage; empty: nobody knows what its calls cost
     * @throws PondException INVALID, recording none, when one has a number or a text that no call can have
     */
    public int record(Tx tx, UsageOrigin origin, Optional<RateCard> rates, List<UsageRecord> calls) {
        for (int i = 0; i < calls.size(); i++) {
            if (!isPlausible(calls.get(i))) {
                throw PondException.invalid("records[" + i + "]", "has a count, a time or a text out of range");
            }
        }
        int added = 0;
        for (UsageRecord call : calls) {
            Long cost = rates.map(card -> cost(card, call)).orElse(null);
            if (store.insert(tx, origin, call, cost) > 0) {
                added++;
                tx.afterCommit(() -> listener.recorded(call, cost));
            }
        }
        return added;
    }

    /** Null when nobody knows what was used. */
    private static @Nullable Long cost(RateCard rates, UsageRecord call) {
        return call.usageSource() == UsageRecord.UsageSource.NONE
                ? null
                : Math.min(
                        MAX_COST,
                        rates.costMicros(
                                call.inputTokens(),
                                call.cacheReadTokens(),
                                call.cacheWriteTokens(),
                                call.outputTokens()));
    }

    /** What all stages of a run have used, all attempts and areas together. */
    public Spent spent(Tx tx, RunId run) {
        return store.spent(tx, run);
    }

    /** The same for one stage. */
    public Spent spent(Tx tx, RunId run, String stage) {
        return store.spent(tx, run, stage);
    }

    /** What has arrived of the calls of one job. */
    public UsageTotals totals(Tx tx, JobId job) {
        return store.totals(tx, job);
    }

    /** What a run's calls used, all numbers of one moment. */
    public UsageView of(RunId run) {
        return database.read(
                tx -> new UsageView(run, store.totals(tx, run), store.byModel(tx, run), store.bySubstage(tx, run)));
    }

    /** Deletes the calls of a run, while its labels are still there; their sums by day stay, and so do the labels for these. */
    public void deleteRun(Tx tx, RunId run) {
        store.deleteRun(tx, run);
    }

    /**
     * Deletes sums of days (UTC) that were over before a time, of runs that are gone; and then the labels that were kept for
     * them. A few rows in each transaction. Answers how many sums there were.
     *
     * @param awaited waits for a transaction, in its own way
     */
    public int deleteDays(Instant before, ToIntFunction<CompletableFuture<Integer>> awaited) {
        long day = Math.floorDiv(before.toEpochMilli(), DAY_MILLIS);
        int deleted = 0;
        for (int some = -1; some != 0; deleted += some) {
            some = awaited.applyAsInt(database.write(tx -> store.deleteDays(tx, day, ROWS_AT_ONCE)));
        }
        // Found by a walk over all sums, so not without need.
        boolean more = deleted > 0;
        while (more) {
            List<String> runs = database.read(tx -> store.listLabelledInVain(tx, ROWS_AT_ONCE));
            more = awaited.applyAsInt(database.write(tx -> store.deleteLabels(tx, runs))) > 0;
        }
        return deleted;
    }

    private static boolean isPlausible(UsageRecord call) {
        boolean counts = LongStream.of(
                        call.inputTokens(),
                        call.cacheReadTokens(),
                        call.cacheWriteTokens(),
                        call.outputTokens(),
                        call.reasoningTokens())
                .allMatch(count -> count >= 0 && count <= MAX_COUNT);
        return counts
                && call.reasoningTokens() <= call.outputTokens()
                && isShort(call.provider())
                && isShort(call.model())
                && (call.requestId() == null || isShort(call.requestId()))
                && isShort(call.modelAsked())
                && isDated(call.startedAt())
                && isDated(call.finishedAt());
    }

    private static boolean isShort(String text) {
        return text.length() <= MAX_TEXT;
    }

    private static boolean isDated(Instant at) {
        return !at.isBefore(Instant.EPOCH) && !at.isAfter(LAST);
    }
}
