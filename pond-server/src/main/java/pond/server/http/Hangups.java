package pond.server.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices callers that hang up during a long poll. Jetty does not read from a connection while it has a request in
 * hand, so it would notice only when it writes, and a job could be handed to a worker that is gone. A selector of our own
 * says when there is something to read: the end of the stream, as a rule. A caller who sends its next request without
 * having the answer looks the same and gets the answer early, which a long poll may always do.
 */
final class Hangups implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Hangups.class);

    private final Selector selector;
    /** Keys are touched by the one thread only: a channel cannot be registered again before its old key is flushed. */
    private final Queue<Runnable> changes = new ConcurrentLinkedQueue<>();

    Hangups() throws IOException {
        selector = Selector.open();
        Thread thread = new Thread(this::watch, "pond-http-hangups-1");
        thread.setDaemon(true);
        thread.start();
    }

    /** Runs {@code onHangup} once when the caller hangs up; what is returned ends the watch. */
    Runnable watch(SocketChannel channel, Runnable onHangup) {
        change(() -> register(channel, onHangup));
        return () -> change(() -> forget(channel));
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void change(Runnable change) {
        changes.add(change);
        selector.wakeup();
    }

    private void watch() {
        while (selector.isOpen()) {
            try {
                for (Runnable change = changes.poll(); change != null; change = changes.poll()) {
                    change.run();
                }
                selector.select(this::hungUp);
            } catch (ClosedSelectorException e) {
                LOG.debug("no longer watching for callers that hang up");
            } catch (IOException | RuntimeException e) {
                LOG.warn("a caller that hangs up may go unnoticed until its long poll ends; watching on", e);
            }
        }
    }

    private void hungUp(SelectionKey key) {
        key.cancel();
        ((Runnable) key.attachment()).run();
    }

    private void register(SocketChannel channel, Runnable onHangup) {
        try {
            SelectionKey old = channel.keyFor(selector);
            if (old != null && !old.isValid()) {
                selector.selectNow(this::hungUp);
            }
            channel.register(selector, SelectionKey.OP_READ, onHangup);
        } catch (ClosedChannelException | CancelledKeyException e) {
            onHangup.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void forget(SocketChannel channel) {
        SelectionKey key = channel.keyFor(selector);
        if (key != null) {
            key.cancel();
        }
    }
}
