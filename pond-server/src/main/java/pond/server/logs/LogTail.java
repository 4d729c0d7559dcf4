package pond.server.logs;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import pond.common.api.LogPage;
import pond.common.ids.RunId;

/**
 * Reads a log to its very end. The log alone does not know its end; whether the run is terminal does, and a run becomes
 * terminal only after its last line is stored. So that is asked first and the page is read second: the other way round, a
 * last line could slip in between and never be shown.
 */
public final class LogTail {
    private final LogService logs;
    private final Predicate<RunId> terminal;
    private final Function<RunId, Optional<Instant>> removedAt;

    /**
     * @param terminal whether a run has ended, as of now; {@link LogService#wake} is called when that changes
     * @param removedAt when the log of an ended run was removed, if it was; that is known before the first line is deleted
     */
    public LogTail(LogService logs, Predicate<RunId> terminal, Function<RunId, Optional<Instant>> removedAt) {
        this.logs = logs;
        this.terminal = terminal;
        this.removedAt = removedAt;
    }

    /** At most {@code limit} lines after {@code since}, and whether they are the last ones that there will ever be. */
    public LogPage read(RunId run, long since, int limit) {
        boolean ended = terminal.test(run);
        LogService.Page page = logs.page(run, since, limit);
        // Asked last: a page is whole when the removal had not begun after it was read.
        Optional<Instant> removed = ended ? removedAt.apply(run) : Optional.empty();
        return removed.map(at -> new LogPage(List.of(), since, true, at))
                .orElseGet(() -> new LogPage(page.lines(), page.next(), ended && page.atEnd(), null));
    }

    /** {@link LogService#changedAfter}, given also when the run has ended. */
    public CompletableFuture<Void> changedAfter(RunId run, long since) {
        CompletableFuture<Void> changed = logs.changedAfter(run, since);
        // The run may have ended, and its wake gone unheard, before the signal was registered.
        try {
            if (terminal.test(run)) {
                changed.complete(null);
            }
        } catch (RuntimeException e) {
            changed.completeExceptionally(e);
        }
        return changed;
    }
}
