package pond.server.http;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that an endless answer flows into. A write never waits for the reader, so any thread may give a piece; no
 * thread is held while a reader is slow. One that takes nothing for the idle timeout of the server is cut off.
 */
public final class Outflow {
    private static final Logger LOG = LoggerFactory.getLogger(Outflow.class);

    /** What is under way needs no more for a reader who reads; the stop of the server does not wait for others. */
    private static final long CUT_MILLIS = 250;

    private final Response response;
    private final EndPoint connection;
    private final Pieces pieces;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final AtomicReference<@Nullable Given> given = new AtomicReference<>();
    private final AtomicReference<@Nullable ByteBuffer> aside = new AtomicReference<>();
    private final AtomicReference<@Nullable ByteBuffer> lastWords = new AtomicReference<>();
    private final Writing writing = new Writing();
    private volatile boolean cut;
    private volatile boolean underWay;

    private record Given(ByteBuffer bytes, boolean last) {}

    Outflow(Response response, Pieces pieces) {
        this.response = response;
        this.connection =
                response.getRequest().getConnectionMetaData().getConnection().getEndPoint();
        this.pieces = pieces;
        TimedConnection timed = TimedConnection.of(connection);
        if (timed != null) {
            timed.holdsNoThread();
        }
    }

    /** The piece that was asked for. Its bytes are not copied and its position stays: many may be given the same one. */
    public void give(ByteBuffer piece) {
        given.set(new Given(piece, false));
        writing.iterate();
    }

    /** As {@link #give}, and there is no other after it. */
    public void giveLast(ByteBuffer piece) {
        given.set(new Given(piece, true));
        writing.iterate();
    }

    /** Bytes that go between two pieces, unasked, as soon as there is room; others that still wait are replaced. */
    public void giveAside(ByteBuffer bytes) {
        aside.set(bytes);
        writing.iterate();
    }

    /** Ends the answer after the piece that is under way; the connection with it when its reader is behind. */
    public void cut() {
        cut = true;
        writing.iterate();
        if (underWay) {
            closeSoon();
        }
    }

    /** As {@link #cut}, with last words between. */
    void end(ByteBuffer farewell) {
        lastWords.set(farewell);
        cut = true;
        writing.iterate();
        closeSoon();
    }

    private void closeSoon() {
        CompletableFuture.delayedExecutor(CUT_MILLIS, TimeUnit.MILLISECONDS).execute(this::closeUnlessOver);
    }

    private void closeUnlessOver() {
        if (!over.isDone()) {
            connection.close();
        }
    }

    /** Begins to ask for pieces. */
    void start() {
        writing.iterate();
    }

    /** Done when nothing more is written. */
    CompletableFuture<Void> over() {
        return over;
    }

    private void finish() {
        pieces.over();
        over.complete(null);
    }

    /** Jetty's loop for writes that may succeed at once or later, on this or another thread, without a deeper stack. */
    private final class Writing extends IteratingCallback {
        private boolean asked;
        private boolean ended;

        @Override
        protected Action process() {
            underWay = false;
            if (cut || ended) {
                return last();
            }
            Given piece = given.getAndSet(null);
            if (piece != null) {
                asked = false;
                ended = piece.last();
                return write(piece.bytes());
            }
            ByteBuffer between = aside.getAndSet(null);
            if (between != null) {
                return write(between);
            }
            if (!asked) {
                asked = true;
                pieces.wanted(Outflow.this);
            }
            return Action.IDLE;
        }

        private Action write(ByteBuffer bytes) {
            underWay = true;
            // Who cuts between the look at it above and here has not seen the write, and would leave it to its reader.
            if (cut) {
                return last();
            }
            response.write(false, bytes.duplicate(), this);
            return Action.SCHEDULED;
        }

        private Action last() {
            ByteBuffer words = lastWords.getAndSet(null);
            if (ended || words == null) {
                return Action.SUCCEEDED;
            }
            response.write(false, words.duplicate(), this);
            return Action.SCHEDULED;
        }

        @Override
        protected void onCompleteSuccess() {
            finish();
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            LOG.debug("an endless answer was cut off", cause);
            connection.close(cause);
            finish();
        }

        @Override
        public Invocable.InvocationType getInvocationType() {
            return Invocable.InvocationType.NON_BLOCKING;
        }
    }
}
