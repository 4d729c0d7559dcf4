package pond.server.events;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import pond.common.api.LogLine;
import pond.common.api.RunDetails;
import pond.common.ids.RunId;
import pond.server.errors.PondException;
import pond.server.logs.LogService;
import pond.server.runs.Run;
import pond.server.runs.RunService;

/**
 * Events made from what is stored about a run: the same reads, and the same waits, as those of the polling calls. Safe for
 * use by several threads.
 */
final class StoredEvents implements EventSource {
    /** A batch is in memory as long as its slowest reader needs for it: about 64 KiB, as a rule. */
    private static final int LINES = 256;

    private static final int CHARS = 32 * 1024;

    private final RunService runs;
    private final LogService logs;

    StoredEvents(RunService runs, LogService logs) {
        this.runs = runs;
        this.logs = logs;
    }

    /** The run is read first and its lines second: one that is terminal then has all its lines. */
    @Override
    public Optional<EventBatch> read(RunId id, Cursor after) {
        Run run = runs.find(id).orElseThrow(() -> PondException.notFound("run"));
        boolean ended = run.status().isTerminal();
        EventText text = new EventText();
        Cursor at = after;
        if (run.version() != after.version()) {
            RunDetails details = runs.get(id);
            ended = details.run().terminal();
            at = new Cursor(details.run().version(), after.line());
            text.run(at, details);
        }
        LogService.Page page = logs.page(id, after.line(), LINES, CHARS);
        for (LogLine line : page.lines()) {
            at = new Cursor(at.version(), line.id());
            text.log(at, line);
        }
        boolean last = ended && page.atEnd();
        if (last) {
            text.end(at);
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(new EventBatch(text.bytes(), at, page.atEnd(), last));
    }

    @Override
    public CompletableFuture<Void> changedAfter(RunId run, Cursor after) {
        CompletableFuture<Void> line = logs.changedAfter(run, after.line());
        try {
            CompletableFuture<Void> state = runs.changedFrom(run, after.version());
            return either(line, state);
        } catch (RuntimeException e) {
            line.complete(null);
            throw e;
        }
    }

    /** Each of the three ends the others: none may go on waiting for nobody. */
    private static CompletableFuture<Void> either(CompletableFuture<Void> line, CompletableFuture<Void> state) {
        CompletableFuture<Void> any = new CompletableFuture<>();
        List<CompletableFuture<Void>> three = List.of(any, line, state);
        for (CompletableFuture<Void> each : three) {
            CompletableFuture<?> unused =
                    each.whenComplete((none, failure) -> three.forEach(other -> other.complete(null)));
        }
        return any;
    }
}
