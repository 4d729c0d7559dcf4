package pond.server.http;

import java.nio.ByteBuffer;

/**
 * What an answer without an end is made of, a piece at a time, for {@link Answers#stream}. The connection asks for a piece
 * when it has taken the one before, so that no more than one is in memory for a slow reader. Calls come one after
 * another, from any thread, and must not block.
 */
public interface Pieces {
    /** Another piece can be taken: give {@code to} exactly one, now or whenever there is one, or end it. */
    void wanted(Outflow to);

    /** Last words, for a reader who is not behind when the server stops. */
    default ByteBuffer farewell() {
        return ByteBuffer.allocate(0);
    }

    /** It is over, whoever ended it. Called once; what is given afterwards goes nowhere. */
    void over();
}
