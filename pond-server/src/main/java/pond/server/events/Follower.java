package pond.server.events;

import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import pond.common.ids.RunId;
import pond.server.http.Outflow;
import pond.server.http.Pieces;

/**
 * One who follows a run: where it stands, and its connection. It asks for the batch after its place when its connection has
 * taken the one before, so it is never further ahead than its reader. Its own calls come one after another.
 */
final class Follower implements Pieces {
    private static final long RETRY_MILLIS = 2_000;

    private final RunId run;
    private final Feeds feeds;
    private volatile Cursor at;
    /** Whether what was read last was all that there was. */
    private volatile boolean live;

    private volatile @Nullable Outflow out;
    private volatile long silentSince;

    Follower(RunId run, Cursor from, Feeds feeds) {
        this.run = run;
        this.at = from;
        this.feeds = feeds;
    }

    @Override
    public void wanted(Outflow to) {
        silentSince = System.nanoTime();
        if (out == null) {
            out = to;
            to.give(EventText.retry(RETRY_MILLIS));
        } else {
            feeds.await(this);
        }
    }

    /** Those who come back after a restart must not all do so in the same moment. */
    @Override
    public ByteBuffer farewell() {
        return EventText.retry(ThreadLocalRandom.current().nextLong(RETRY_MILLIS / 2, 2 * RETRY_MILLIS));
    }

    @Override
    public void over() {
        feeds.leave(this);
    }

    /** The batch that it has waited for. */
    void take(EventBatch batch) {
        at = batch.next();
        live = batch.live();
        if (batch.last()) {
            connection().giveLast(batch.bytes());
        } else {
            connection().give(batch.bytes());
        }
    }

    /** There will be no batch: it is better to come back than to wait for it. */
    void cut() {
        connection().cut();
    }

    /** A sign of life, if it has been silent for as long as this. */
    void ping(long nanos) {
        long now = System.nanoTime();
        if (now - silentSince >= nanos) {
            silentSince = now;
            connection().giveAside(EventText.ping());
        }
    }

    RunId run() {
        return run;
    }

    Cursor at() {
        return at;
    }

    boolean isLive() {
        return live;
    }

    private Outflow connection() {
        Outflow known = out;
        if (known == null) {
            throw new IllegalStateException("it has asked for nothing yet");
        }
        return known;
    }
}
