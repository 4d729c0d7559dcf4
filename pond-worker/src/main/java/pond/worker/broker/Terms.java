package pond.worker.broker;

import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.protocol.UsageRecord;
import pond.worker.broker.provider.Provider;

/**
 * All that the connections of one door share. Threads may share it.
 *
 * @param active connections to the provider that are in use
 * @param closing set when the door closes: nothing new goes to the provider
 */
record Terms(
        Provider provider,
        BrokerJob job,
        Credential credential,
        String dummyKey,
        Spending spending,
        Upstream upstream,
        HeldBytes held,
        Semaphore calls,
        Counts counts,
        Signs signs,
        Set<UpstreamConnection> active,
        AtomicBoolean closing,
        UsageSink sink,
        Consumer<String> log,
        InstantSource time) {
    private static final Logger LOG = LoggerFactory.getLogger(Terms.class);
    private static final int MAX_LINE = 500;

    /** Counters of {@link BrokerStats}. */
    record Counts(AtomicLong calls, AtomicLong failed, AtomicLong refused) {
        Counts() {
            this(new AtomicLong(), new AtomicLong(), new AtomicLong());
        }
    }

    BrokerLimits limits() {
        return job.limits();
    }

    /** Writes one line to the job's log; what came from outside is made printable, and the key cannot be in it. */
    void say(String line) {
        String printable = line.replaceAll("[^ -~]", "?");
        String text = printable.length() > MAX_LINE ? printable.substring(0, MAX_LINE) : printable;
        log.accept(credential.isIn(line) ? "a line that held the key was dropped" : text);
    }

    void record(UsageRecord call) {
        try {
            sink.record(call);
        } catch (RuntimeException e) {
            LOG.error("a model call could not be recorded: {}", call.id(), e);
        }
    }

    @Override
    public String toString() {
        return "Terms[" + provider.name() + "]";
    }
}
