package pond.worker.egress.splice;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.time.Duration;

/**
 * Two directions between the same two channels, run by one thread until both have ended. Does not close the channels.
 */
public final class Splice {
    /** How long a client may keep its half open after the server has ended: longer only holds a place. */
    private static final Duration LINGER = Duration.ofSeconds(10);

    private final Waiter waiter;
    private final SelectionKey client;
    private final SelectionKey server;
    private final Flow up;
    private final Flow down;

    public Splice(Waiter waiter, SelectionKey client, SelectionKey server, Flow up, Flow down) {
        this.waiter = waiter;
        this.client = client;
        this.server = server;
        this.up = up;
        this.down = down;
    }

    /**
     * Copies until the end.
     *
     * @param idle how long nothing may move in either direction
     * @param downOnly whether all is over when the server's direction has ended
     * @return false when it was given up because nothing moved
     */
    public boolean run(Duration idle, boolean downOnly) throws IOException {
        long deadline = Waiter.deadline(idle);
        while (!down.ended() || !(downOnly || up.ended())) {
            // Both, not the second only if the first did not move: a busy direction must not starve the other.
            boolean upMoved = up.move();
            boolean downMoved = down.move();
            if (upMoved || downMoved) {
                Duration wait = down.ended() && LINGER.compareTo(idle) < 0 ? LINGER : idle;
                deadline = Waiter.deadline(wait);
            } else if (!awaitNext(deadline)) {
                return false;
            }
        }
        return true;
    }

    private boolean awaitNext(long deadline) throws IOException {
        client.interestOps(0);
        server.interestOps(0);
        up.addInterest(client, server);
        down.addInterest(server, client);
        return waiter.await(deadline);
    }
}
