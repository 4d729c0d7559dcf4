package pond.server.telemetry;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that several metrics are taken from, looked at once a second at most: one reading asks for it several times,
 * and who scrapes in a loop costs no more than who scrapes each second. Safe for use by several threads.
 */
final class Recent<T> implements Supplier<T> {
    private static final long GOOD_FOR = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<T> look;
    private @Nullable T last;
    private long at;

    Recent(Supplier<T> look) {
        this.look = look;
    }

    @Override
    public synchronized T get() {
        T known = last;
        if (known != null && System.nanoTime() - at < GOOD_FOR) {
            return known;
        }
        T now = look.get();
        last = now;
        at = System.nanoTime();
        return now;
    }
}
