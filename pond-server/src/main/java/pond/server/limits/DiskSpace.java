package pond.server.limits;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import pond.common.problems.ProblemCode;
import pond.server.errors.PondException;

/**
 * The room on the disk of the state folder, and what may still be begun with it. Below the floor no new run is taken; below
 * half of it running jobs cannot add bytes either, so that the other half is left for what ends them: states, results,
 * cancels. The disk is asked at most once a second, by whoever needs to know, so what is refused is taken again by itself as
 * soon as there is room. Safe for use by several threads.
 */
public final class DiskSpace {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration RUNS_AGAIN = Duration.ofSeconds(30);
    private static final Duration BYTES_AGAIN = Duration.ofSeconds(5);

    private final LongSupplier free;
    private final long floor;
    private final LongSupplier nanos;
    private volatile Look last;

    /** What was seen when. */
    private record Look(long at, long free) {}

    /**
     * Watches the disk of a folder.
     *
     * @param floor in bytes; 0 refuses nothing
     * @param nanos a clock that only ever goes forward
     */
    public DiskSpace(Path folder, long floor, LongSupplier nanos) {
        // By File, which asks for the one number; a FileStore reads the table of mounts first.
        this(folder.toFile()::getUsableSpace, floor, nanos);
    }

    DiskSpace(LongSupplier free, long floor, LongSupplier nanos) {
        this.free = free;
        this.floor = floor;
        this.nanos = nanos;
        this.last = look();
    }

    /** One that has room for everything. */
    public static DiskSpace unbounded() {
        return new DiskSpace(() -> Long.MAX_VALUE, 0, () -> 0);
    }

    /**
     * To be asked before a run is made.
     *
     * @throws PondException UNAVAILABLE with {@link ProblemCode#DISK_LOW} below the floor
     */
    public void requireRoomForRun() {
        if (below(floor)) {
            throw low("no new run is taken", RUNS_AGAIN);
        }
    }

    /**
     * To be asked before bytes of a running job are taken: lines of its log, or an artifact.
     *
     * @throws PondException UNAVAILABLE with {@link ProblemCode#DISK_LOW} below half of the floor
     */
    public void requireRoomForBytes() {
        if (below(floor / 2)) {
            throw low("logs and artifacts are not taken", BYTES_AGAIN);
        }
    }

    /** What is refused at the moment for lack of room, in words that anybody may read; empty when nothing is. */
    public Optional<String> shortage() {
        if (!below(floor)) {
            return Optional.empty();
        }
        long now = free();
        String refused = now < floor / 2 ? "no new run, log line or artifact is taken" : "no new run is taken";
        return Optional.of("low: %s; %d MiB are free, %d are wanted".formatted(refused, now >> 20, floor >> 20));
    }

    /** Whether something failed because a disk had no room left for it, or a quota did not. */
    public static boolean ranOut(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            // Java has no exception of its own for it, only what the operating system says.
            String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (cause instanceof IOException
                    && (message.contains("no space left on device") || message.contains("disk quota exceeded"))) {
                return true;
            }
        }
        return false;
    }

    private PondException low(String refused, Duration again) {
        return PondException.unavailable(
                ProblemCode.DISK_LOW,
                "the disk of the server is nearly full: " + refused + " until it has room",
                again);
    }

    private boolean below(long bytes) {
        return floor > 0 && free() < bytes;
    }

    /** Bytes that are free, as they were a second ago at most. */
    public long free() {
        Look seen = last;
        if (nanos.getAsLong() - seen.at() >= FRESH_NANOS) {
            seen = look();
            last = seen;
        }
        return seen.free();
    }

    private Look look() {
        return new Look(nanos.getAsLong(), free.getAsLong());
    }
}
