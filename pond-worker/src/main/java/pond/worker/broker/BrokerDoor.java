package pond.worker.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/** One job's way to its provider. Threads may share it. */
public final class BrokerDoor implements AutoCloseable {
    private static final Duration AFTER_DRAIN = Duration.ofSeconds(2);

    private final Path socket;
    private final Terms terms;
    private final Listener listener;
    private final AtomicBoolean closed = new AtomicBoolean();

    BrokerDoor(Path socket, Terms terms, Listener listener) {
        this.socket = socket;
        this.terms = terms;
        this.listener = listener;
    }

    /** The unix socket, to be put into the sandbox. */
    public Path socket() {
        return socket;
    }

    /** What the agent presents as its key; worth nothing anywhere else. */
    public String dummyKey() {
        return terms.dummyKey();
    }

    /** When bytes last went to or from the job, as of {@link System#nanoTime}; empty when none did yet. */
    public OptionalLong lastByte() {
        return terms.signs().lastByte();
    }

    /** Why the job's last call failed, in words without secrets, such as "the provider answered 429"; empty if it did not. */
    public Optional<String> trouble() {
        return terms.signs().trouble();
    }

    public BrokerStats stats() {
        return new BrokerStats(
                terms.counts().calls().get(),
                terms.counts().failed().get(),
                terms.counts().refused().get(),
                terms.spending().tokens(),
                terms.spending().costMicros());
    }

    /**
     * Ends all connections. Answers under way are read on for the drain time at most, so that they are counted; when this
     * returns, each call has been recorded. May be called twice.
     */
    @Override
    public void close() throws IOException {
        if (closed.getAndSet(true)) {
            return;
        }
        Duration drain = terms.limits().drainTime();
        terms.closing().set(true);
        listener.close();
        terms.active().forEach(connection -> connection.guard().cap(drain));
        try {
            if (!listener.ended(drain.plus(terms.limits().connectTime()).plus(AFTER_DRAIN))) {
                terms.say("a model call did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            terms.upstream().close();
        }
    }
}
