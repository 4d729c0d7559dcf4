package pond.worker.runtime;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.api.LogStream;
import pond.common.protocol.LogBatch;
import pond.common.protocol.LogBatch.Line;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.WorkerProtocol;

/**
 * Brings a job's lines to the server: in order, each once, however often a call fails. Printing never waits for
 * shipping; a {@link Spool} lies between them.
 *
 * <p>One batch is under way at a time and is kept until the server has acknowledged its last line, so whatever happens
 * to an answer, the next batch begins right after what the server is known to have, which is also what it asks for when
 * it finds a gap. Numbers are given when a line leaves the spool: a line that a full disk swallowed leaves no gap.
 * {@link #append} is safe for use by several threads; the sending happens on the shipping thread alone.
 */
final class LogShipper {
    private static final Logger LOG = LoggerFactory.getLogger(LogShipper.class);

    /** A batch goes out when one of the first two is reached or its first line has waited for the third. */
    static final int BATCH_LINES = 500;

    static final int BATCH_BYTES = 64 * 1024;
    static final Duration LINGER = Duration.ofMillis(20);
    /** A longer line is cut; in UTF-16 units, so never more than the 16 KiB that a stage's output is split at. */
    private static final int MAX_LINE = 16 * 1024;

    private static final Duration MOST_BACKOFF = Duration.ofSeconds(5);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private final HeldJob held;
    private final WorkerProtocol protocol;
    private final TimerThread shipping;
    private final InstantSource clock;
    private final long limit;
    private final CompletableFuture<Long> drained = new CompletableFuture<>();

    // Guarded by this.
    private final Spool spool;
    private long accepted;
    private long dropped;
    private boolean used;
    private boolean full;
    private boolean diskFull;
    private boolean finished;
    private boolean lingering;
    private boolean pumping;
    private boolean due;

    // Used on the shipping thread only.
    private final Backoff backoff = new Backoff(MOST_BACKOFF);
    private @Nullable LogBatch batch;
    private long acknowledged;
    private boolean waiting;

    LogShipper(HeldJob held, WorkerProtocol protocol, TimerThread shipping, InstantSource clock, Spool.Place place) {
        this.held = held;
        this.protocol = protocol;
        this.shipping = shipping;
        this.clock = clock;
        this.limit = held.job().limits().logBytes();
        this.spool = new Spool(place);
    }

    /** Takes a line; past the job's limit, and after {@link #finish}, lines are dropped. */
    synchronized void append(LogStream stream, String text) {
        if (finished) {
            return;
        }
        String line = text.length() > MAX_LINE ? text.substring(0, MAX_LINE) : text;
        // Once full it stays full, so that what is kept is the beginning and not a selection by length.
        full = full || accepted + utf8Length(line) + 1 > limit;
        if (full) {
            dropped++;
        } else {
            accepted += utf8Length(line) + 1;
            put(stream, line);
        }
    }

    /** Lines that are not in the log and never will be. */
    synchronized long dropped() {
        return dropped;
    }

    /**
     * Takes no more lines, says in the log how many were dropped, and ships what is left.
     *
     * @return completed with the number of the last line, 0 when there was none, as soon as the server has them all;
     *     never when the job was lost before
     */
    synchronized CompletableFuture<Long> finish() {
        if (!finished) {
            finished = true;
            // A second time when the first found the disk full: then there is more to tell, and it stays in memory.
            while (dropped > 0 && !put(LogStream.SYSTEM, marker())) {
                dropped--;
            }
            if (used) {
                due = true;
                pumpSoon();
            } else {
                drained.complete(0L);
            }
        }
        return drained;
    }

    /** Lets go of the spool's file. Call it when nothing is left to be shipped or the job is lost. */
    synchronized void close() {
        finished = true;
        if (used) {
            try {
                spool.close();
            } catch (IOException e) {
                LOG.warn("job {}: closing the spool failed", held.job().id(), e);
            }
        }
    }

    private String marker() {
        return dropped + " more lines were dropped: "
                + (diskFull ? "the worker's disk is full" : "the log may have " + limit + " bytes");
    }

    private boolean put(LogStream stream, String line) {
        used = true;
        boolean taken = true;
        try {
            spool.add(new Line(Instant.ofEpochMilli(clock.millis()), stream, line));
        } catch (IOException e) {
            diskFailed(e);
            dropped++;
            taken = false;
        }
        if (spool.holds(BATCH_LINES, BATCH_BYTES)) {
            pumpSoon();
        }
        if (!lingering) {
            lingering = true;
            shipping.after(LINGER, this::lingered);
        }
        return taken;
    }

    private void diskFailed(IOException e) {
        full = true;
        diskFull = true;
        dropped += spool.abandonFile();
        LOG.error(
                "job {}: no room to spool its log; the rest is dropped",
                held.job().id(),
                e);
    }

    private void pumpSoon() {
        if (!pumping) {
            pumping = true;
            shipping.soon(this::pump);
        }
    }

    private void lingered() {
        synchronized (this) {
            lingering = false;
            due = true;
        }
        pump();
    }

    private void pump() {
        synchronized (this) {
            pumping = false;
        }
        if (waiting || held.isLost()) {
            return;
        }
        if (batch == null) {
            batch = nextBatch();
        }
        if (batch != null) {
            send(batch);
        } else if (isDrained()) {
            drained.complete(acknowledged);
        }
    }

    private synchronized boolean isDrained() {
        return finished && spool.isEmpty();
    }

    private synchronized @Nullable LogBatch nextBatch() {
        if (spool.isEmpty()) {
            due = false;
        }
        if (!due && !spool.holds(BATCH_LINES, BATCH_BYTES)) {
            return null;
        }
        List<Line> lines = takeLines();
        return lines.isEmpty() ? null : new LogBatch(held.job().ref(), acknowledged + 1, lines);
    }

    private List<Line> takeLines() {
        try {
            return spool.take(BATCH_LINES, BATCH_BYTES);
        } catch (IOException e) {
            diskFailed(e);
            return List.of();
        }
    }

    private void send(LogBatch sent) {
        waiting = true;
        Answers.when(
                () -> protocol.logs(sent),
                ANSWER_WITHIN,
                (upTo, failure) -> shipping.soon(() -> answered(sent, upTo, failure)));
    }

    private void answered(LogBatch sent, @Nullable Long upTo, @Nullable Throwable failure) {
        waiting = false;
        if (upTo != null && upTo >= sent.first()) {
            acknowledged = Math.min(upTo, last(sent));
            batch = acknowledged == last(sent) ? null : rest(sent);
            backoff.reset();
            pump();
        } else if (failure == null || isRepeatable(failure)) {
            waiting = true;
            shipping.after(failure == null ? backoff.next() : backoff.next(failure), this::tryAgain);
        }
    }

    private void tryAgain() {
        waiting = false;
        pump();
    }

    private static long last(LogBatch sent) {
        return sent.first() + sent.lines().size() - 1;
    }

    /** What the server has not stored of it. */
    private LogBatch rest(LogBatch sent) {
        int stored = (int) (acknowledged + 1 - sent.first());
        return new LogBatch(
                sent.job(),
                acknowledged + 1,
                sent.lines().subList(stored, sent.lines().size()));
    }

    private boolean isRepeatable(Throwable failure) {
        if (!(failure instanceof ProtocolException refused)) {
            LOG.debug("job {}: a log batch failed, trying again: {}", held.job().id(), failure.toString());
            return true;
        }
        return switch (refused.refusal()) {
            case BUSY -> true;
            case LOG_GAP -> {
                LOG.warn("job {}: the server misses lines before {}", held.job().id(), acknowledged + 1);
                yield true;
            }
            case UNKNOWN_WORKER, UNAUTHORIZED, REPLACED, LEASE_LOST, UPGRADE_NEEDED -> {
                LOG.info("job {}: its log is refused: {}", held.job().id(), refused.getMessage());
                held.lose();
                yield false;
            }
            case ARTIFACT_REFUSED, CREDENTIAL_MISSING, INCOMPLETE, INVALID -> {
                LOG.error(
                        "job {}: given up, the server can never take its log ({}): {}",
                        held.job().id(),
                        refused.refusal(),
                        refused.getMessage());
                held.lose();
                yield false;
            }
        };
    }

    private static int utf8Length(String text) {
        int length = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // A surrogate pair is two chars and four bytes.
            length += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
        }
        return length;
    }
}
