package pond.server.soak;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ends and starts processes while others work: a worker or the server, by a signal that it can heed or by one that it cannot. */
final class Upset {
    /** Every so many times it is the server. */
    private static final int SERVER = 4;

    private final Pond pond;
    private final Ledger ledger;
    private int step;

    Upset(Pond pond, Ledger ledger) {
        this.pond = pond;
        this.ledger = ledger;
    }

    /**
     * Goes on until it is over.
     *
     * @param seconds between two of them
     * @param server whether the server is restarted, too
     */
    void run(CountDownLatch over, long seconds, boolean server) throws InterruptedException {
        while (!over.await(seconds, TimeUnit.SECONDS)) {
            try {
                next(server);
                Caller.Answer pass = pond.caller().post("/v1/admin/retention", "");
                if (pass.status() >= 500) {
                    throw new IOException("a pass of retention: " + pass.status() + " " + pass.text());
                }
            } catch (IOException e) {
                ledger.broke(e.toString());
            }
        }
    }

    /** The first worker is left alone, so that one has a long life. */
    private void next(boolean server) throws IOException, InterruptedException {
        step++;
        boolean kill = step / SERVER % 2 == step % 2;
        if (server && step % SERVER == 1) {
            boolean killServer = step / SERVER % 2 == 0;
            pond.restartServer(killServer);
            ledger.did(killServer ? "server killed" : "server restarted");
        } else if (pond.workers() > 1) {
            pond.restartWorker(1 + step % (pond.workers() - 1), kill);
            ledger.did(kill ? "worker killed" : "worker restarted");
        }
    }
}
