package pond.worker.egress;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import pond.worker.egress.wire.Denied;
import pond.worker.egress.wire.Target;

/**
 * What went through a door and what did not. A stage that asks for the same again and again, or for ever new names, gets
 * no more than a hundred lines of log out of it. Safe for use by several threads.
 */
final class Ledger {
    private static final int MAX_DISTINCT = 100;

    private final Consumer<String> log;
    private final OptionalLong maxBytes;
    private final Set<String> refused = new LinkedHashSet<>();
    private final Set<String> unreachable = new LinkedHashSet<>();
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    Ledger(Consumer<String> log, OptionalLong maxBytes) {
        this.log = log;
        this.maxBytes = maxBytes;
    }

    void opened() {
        connections.incrementAndGet();
    }

    void refused(Denied denied) {
        refusals.incrementAndGet();
        tellOnce(refused, denied.line());
    }

    void unreachable(Target target, String reason) {
        tellOnce(unreachable, "egress: " + target + " cannot be reached (" + reason + ")");
    }

    private void tellOnce(Set<String> told, String line) {
        boolean fresh;
        synchronized (told) {
            fresh = told.size() < MAX_DISTINCT && told.add(line);
        }
        if (fresh) {
            log.accept(line);
        }
    }

    /** @throws Denied when the stage has had its share */
    void count(long more, Target target) throws Denied {
        if (bytes.addAndGet(more) > maxBytes.orElse(Long.MAX_VALUE)) {
            throw Denied.forbidden(target, "the stage's limit of " + maxBytes.orElseThrow() + " bytes is used up");
        }
    }

    /** @throws Denied when nothing more may pass */
    void requireBytesLeft(Target target) throws Denied {
        count(0, target);
    }

    List<String> refused() {
        synchronized (refused) {
            return List.copyOf(refused);
        }
    }

    long bytes() {
        return bytes.get();
    }

    /** One line for all, when there was anything. */
    void sum() {
        if (connections.get() > 0) {
            log.accept("egress: " + connections + " connections, " + bytes + " bytes, " + refusals + " refused");
        }
    }
}
