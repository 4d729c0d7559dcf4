package pond.server.architecture.planted;

import java.util.concurrent.TimeUnit;

/** Breaks a rule on purpose. */
public final class Sleeps {
    void thread() throws InterruptedException {
        Thread.sleep(1);
    }

    void unit() throws InterruptedException {
        TimeUnit.SECONDS.sleep(1);
    }
}
