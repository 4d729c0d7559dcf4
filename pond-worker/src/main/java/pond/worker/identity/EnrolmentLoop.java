package pond.worker.identity;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.Enrolled;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;

/**
 * Asks for an enrolment until there is an answer: a machine may boot before its server does. The pause before each try
 * is evenly drawn below a bound that doubles up to half a minute, or is what the server asked for, so that many machines
 * do not come at once. An interrupt ends it.
 */
public final class EnrolmentLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EnrolmentLoop.class);
    private static final long MOST_MILLIS = 30_000;

    private final long firstMillis;

    public EnrolmentLoop() {
        this(500);
    }

    EnrolmentLoop(long firstMillis) {
        this.firstMillis = firstMillis;
    }

    /**
     * Tries until the server has answered.
     *
     * @throws ProtocolException when the server refuses, and another try would be refused, too
     */
    public Enrolled run(Supplier<CompletableFuture<Enrolled>> call) throws InterruptedException {
        long bound = firstMillis;
        while (true) {
            Duration wait = Duration.ofMillis(ThreadLocalRandom.current().nextLong(bound + 1));
            try {
                return call.get().get();
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (cause instanceof ProtocolException refused) {
                    if (refused.refusal() != Refusal.BUSY) {
                        throw refused;
                    }
                    wait = wait.plus(refused.retryAfter().orElse(Duration.ZERO));
                } else if (cause instanceof RuntimeException fault) {
                    throw fault;
                }
                LOG.warn("cannot enrol, trying again in {} ms: {}", wait.toMillis(), cause.toString());
            }
            pause(wait);
            bound = Math.min(MOST_MILLIS, bound * 2);
        }
    }

    /** The latch is never opened: waiting for it is a pause that an interrupt ends. */
    private static void pause(Duration wait) throws InterruptedException {
        if (new CountDownLatch(1).await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("nobody opens it");
        }
    }
}
