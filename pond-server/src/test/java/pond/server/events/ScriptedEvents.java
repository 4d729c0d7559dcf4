package pond.server.events;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import pond.common.api.LogLine;
import pond.common.api.LogSource;
import pond.common.api.LogStream;
import pond.common.ids.RunId;
import pond.server.watch.Watch;

/** Events of one run that consist of what a test says; a batch has a few lines only. */
final class ScriptedEvents implements EventSource {
    private static final int LINES = 3;

    final AtomicInteger reads = new AtomicInteger();
    private final Watch<RunId> watch = new Watch<>(100);
    private final RunId run;
    private final List<LogLine> lines = new ArrayList<>();
    private boolean ended;
    private boolean broken;
    private boolean huge;

    ScriptedEvents(RunId run) {
        this.run = run;
    }

    void print(String... texts) {
        long last;
        synchronized (this) {
            for (String text : texts) {
                lines.add(new LogLine(
                        lines.size() + 1L, Instant.EPOCH, null, null, 0, LogStream.STDOUT, LogSource.STAGE, text));
            }
            last = lines.size();
        }
        watch.wake(run, last);
    }

    void end() {
        synchronized (this) {
            ended = true;
        }
        watch.wakeAll(run);
    }

    void breakDown() {
        synchronized (this) {
            broken = true;
        }
        watch.wakeAll(run);
    }

    /** From now on there is always more, a quarter of a MiB at a time. */
    void flood() {
        synchronized (this) {
            huge = true;
        }
        watch.wakeAll(run);
    }

    int waiting() {
        return watch.size();
    }

    @Override
    public synchronized Optional<EventBatch> read(RunId asked, Cursor after) {
        reads.incrementAndGet();
        if (broken) {
            throw new IllegalStateException("out of order, as the test wants it");
        }
        if (huge) {
            byte[] comment = (":" + "x".repeat(256 * 1024) + "\n\n").getBytes(StandardCharsets.US_ASCII);
            Cursor next = new Cursor(1, after.line() + 1);
            return Optional.of(new EventBatch(ByteBuffer.wrap(comment), next, false, false));
        }
        int from = (int) Math.min(after.line(), lines.size());
        int to = Math.min(lines.size(), from + LINES);
        Cursor at = after;
        EventText text = new EventText();
        for (LogLine line : lines.subList(from, to)) {
            at = new Cursor(1, line.id());
            text.log(at, line);
        }
        boolean live = to == lines.size();
        if (ended && live) {
            text.end(at);
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(new EventBatch(text.bytes(), at, live, ended && live));
    }

    @Override
    public CompletableFuture<Void> changedAfter(RunId asked, Cursor after) {
        CompletableFuture<Void> signal = watch.register(run, after.line());
        synchronized (this) {
            if (ended || broken || huge || lines.size() > after.line()) {
                signal.complete(null);
            }
        }
        return signal;
    }
}
