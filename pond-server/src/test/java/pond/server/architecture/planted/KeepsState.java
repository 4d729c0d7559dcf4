package pond.server.architecture.planted;

import java.util.concurrent.atomic.AtomicLong;

/** Breaks a rule on purpose. */
public final class KeepsState {
    static final AtomicLong COUNT = new AtomicLong();

    private KeepsState() {}
}
