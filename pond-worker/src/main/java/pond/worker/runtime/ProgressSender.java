package pond.worker.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.Progress;
import pond.common.protocol.WorkerProtocol;

/**
 * Sends a job's progress, at most ten a second and one at a time; of what comes faster, the latest. Nobody waits for the
 * answers: a progress that is lost does no harm. Safe for use by several threads.
 */
final class ProgressSender {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressSender.class);
    private static final Duration SPACING = Duration.ofMillis(100);
    /** A call without an answer must not keep later ones back for good. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private final WorkerProtocol protocol;
    private final TimerThread timer;
    private final LongSupplier nanos;
    private long lastSent;
    private boolean sentBefore;
    private boolean underWay;
    private boolean scheduled;
    private boolean finished;
    private @Nullable Progress latest;

    ProgressSender(WorkerProtocol protocol, TimerThread timer, LongSupplier nanos) {
        this.protocol = protocol;
        this.timer = timer;
        this.nanos = nanos;
    }

    synchronized void report(Progress progress) {
        if (!finished) {
            latest = progress;
            sendWhenDue();
        }
    }

    /** Sends what is left, without regard to the spacing, and nothing afterwards. */
    synchronized void finish() {
        finished = true;
        if (latest != null) {
            send(latest);
        }
    }

    private synchronized void timeIsOver() {
        scheduled = false;
        sendWhenDue();
    }

    private void sendWhenDue() {
        if (latest == null || underWay || scheduled) {
            return;
        }
        long left = sentBefore ? SPACING.toNanos() - (nanos.getAsLong() - lastSent) : 0;
        if (left <= 0) {
            send(latest);
        } else {
            scheduled = true;
            timer.after(Duration.ofNanos(left), this::timeIsOver);
        }
    }

    private void send(Progress progress) {
        latest = null;
        underWay = true;
        sentBefore = true;
        lastSent = nanos.getAsLong();
        Answers.when(
                () -> protocol.progress(progress), ANSWER_WITHIN, (nothing, failure) -> answered(progress, failure));
    }

    private synchronized void answered(Progress progress, @Nullable Throwable failure) {
        underWay = false;
        if (failure != null) {
            LOG.debug("job {}: a progress did not arrive: {}", progress.job(), failure.toString());
        }
        if (!finished) {
            sendWhenDue();
        }
    }
}
