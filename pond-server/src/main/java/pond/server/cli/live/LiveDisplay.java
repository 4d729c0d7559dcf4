package pond.server.cli.live;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogLine;
import pond.common.api.RunDetails;
import pond.server.cli.live.TerminalDevice.Size;

/** A run on a terminal. It is drawn when something has changed, at most ten times a second, and once a second anyway. */
public final class LiveDisplay implements Display {
    private static final long PATIENCE_MILLIS = 100;
    private static final Duration BETWEEN_FRAMES = Duration.ofMillis(PATIENCE_MILLIS);
    private static final Duration SECOND = Duration.ofSeconds(1);
    /** As many as the largest terminal has rows. */
    private static final int KEPT_LINES = 500;

    private final TerminalDevice terminal;
    private final PrintWriter out;
    private final Screen screen;
    private final Thread onInterrupt;
    private final AtomicBoolean resized = new AtomicBoolean();
    private final Deque<LogLine> tail = new ArrayDeque<>();
    private Size size;
    private volatile @Nullable RunDetails details;
    private boolean changed;
    private Instant drawnAt = Instant.EPOCH;

    public LiveDisplay(TerminalDevice terminal, PrintWriter out) throws InterruptedException {
        this.terminal = terminal;
        this.out = out;
        this.size = terminal.size();
        this.screen = new Screen(out, terminal.isColoured());
        this.onInterrupt = new Thread(this::interrupted, "pond-screen");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        SizeChanges.tell(() -> resized.set(true));
    }

    @Override
    public void state(RunDetails next) {
        details = next;
        changed = true;
    }

    @Override
    public void lines(List<LogLine> lines) {
        for (LogLine line : lines) {
            tail.addLast(line);
            if (tail.size() > KEPT_LINES) {
                tail.removeFirst();
            }
        }
        changed = true;
    }

    @Override
    public void passed(Instant now) throws InterruptedException {
        if (resized.getAndSet(false)) {
            size = terminal.size();
            changed = true;
        }
        Duration since = Duration.between(drawnAt, now).abs();
        if (since.compareTo(changed ? BETWEEN_FRAMES : SECOND) >= 0) {
            draw(now);
        }
    }

    @Override
    public long patienceMillis() {
        return PATIENCE_MILLIS;
    }

    /** The last frame stays on the terminal. */
    @Override
    public void close() {
        draw(Instant.now());
        screen.close();
        try {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
        } catch (IllegalStateException e) {
            // The JVM is ending already, and the hook has found the screen closed or closes it now.
            return;
        }
    }

    /** The process was told to end. */
    private void interrupted() {
        screen.close();
        RunDetails last = details;
        if (last != null && !last.run().terminal()) {
            out.println("run " + last.run().id() + " goes on");
            out.flush();
        }
    }

    private void draw(Instant now) {
        RunDetails current = details;
        if (current != null) {
            Picture picture = new Picture(current, List.copyOf(tail), now);
            // The last column stays empty: what clears the rest of a full line would take its last sign. The last row
            // is
            // for the prompt that comes after the last frame.
            screen.draw(LiveView.lines(picture, size.width() - 1, size.height() - 1), size.height());
            drawnAt = now;
            changed = false;
        }
    }
}
