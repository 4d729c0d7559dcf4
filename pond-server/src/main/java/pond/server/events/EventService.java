package pond.server.events;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import pond.common.ids.RunId;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.http.Outflow;
import pond.server.http.Pieces;
import pond.server.logs.LogService;
import pond.server.runs.RunService;

/** Who follows runs, all in all. Safe for use by several threads; closed after the HTTP server. */
public final class EventService implements AutoCloseable {
    private final Feeds feeds;
    private final int maxFollowers;
    private final Semaphore free;

    /**
     * How it is bounded.
     *
     * @param ping the silence after which a follower gets a sign of life
     * @param maxFollowers at a time, of all runs together
     */
    public record Settings(Duration ping, int maxFollowers) {
        /** The usual: 15 s, 2,000 followers. */
        public static Settings usual() {
            return new Settings(Duration.ofSeconds(15), 2_000);
        }
    }

    public EventService(RunService runs, LogService logs, Settings settings) {
        this(new StoredEvents(runs, logs), settings);
    }

    EventService(EventSource source, Settings settings) {
        this.feeds = new Feeds(source, settings.ping());
        this.maxFollowers = settings.maxFollowers();
        this.free = new Semaphore(maxFollowers);
    }

    /**
     * The events of a run after a place, for a stream; its end gives the follower's room back.
     *
     * @throws PondException UNAVAILABLE when too many follow runs already
     */
    Pieces follow(RunId run, Cursor from) {
        if (!free.tryAcquire()) {
            throw new PondException(
                    ErrorCode.UNAVAILABLE, "too many follow the events of runs already; try again later, or poll");
        }
        Follower follower = new Follower(run, from, feeds);
        feeds.join(follower);
        return new Counted(follower, free);
    }

    /** How many follow runs. */
    public int following() {
        return maxFollowers - free.availablePermits();
    }

    /** How many places of runs are waited at. */
    int places() {
        return feeds.places();
    }

    @Override
    public void close() {
        feeds.close();
    }

    /** Gives the room back, once. */
    private record Counted(Follower follower, Semaphore free, AtomicBoolean gone) implements Pieces {
        Counted(Follower follower, Semaphore free) {
            this(follower, free, new AtomicBoolean());
        }

        @Override
        public void wanted(Outflow to) {
            follower.wanted(to);
        }

        @Override
        public ByteBuffer farewell() {
            return follower.farewell();
        }

        @Override
        public void over() {
            if (gone.compareAndSet(false, true)) {
                follower.over();
                free.release();
            }
        }
    }
}
