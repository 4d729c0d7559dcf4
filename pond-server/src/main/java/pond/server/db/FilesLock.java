package pond.server.db;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import pond.server.db.StorageRefusedException.Reason;

/**
 * Keeps those who delete files of artifacts and bundles apart from those who copy them, also in other processes. It is a
 * lock of the operating system on a file of its own, so whoever dies in whatever way has given it up. Threads of one
 * process share one object, which is safe for use by any of them.
 */
public final class FilesLock {
    private final Path file;
    /** The system's lock is one of processes. Fair, because retention takes it again and again while a backup waits. */
    private final Semaphore here = new Semaphore(1, true);

    /** Of the folder of a server's state. */
    public FilesLock(StateDir state) {
        this.file = state.root().resolve("files.lock");
    }

    /** The files are its owner's until it is closed, once. */
    public final class Held implements AutoCloseable {
        private final AsynchronousFileChannel channel;

        private Held(AsynchronousFileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void close() throws IOException {
            try {
                channel.close();
            } finally {
                here.release();
            }
        }
    }

    /** Takes it if nobody has it. */
    public Optional<Held> tryTake() throws IOException {
        if (!here.tryAcquire()) {
            return Optional.empty();
        }
        Held held = open();
        boolean taken = false;
        try {
            taken = held.channel.tryLock() != null;
            return taken ? Optional.of(held) : Optional.empty();
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        } finally {
            if (!taken) {
                held.close();
            }
        }
    }

    /**
     * Waits for it.
     *
     * @throws StorageRefusedException when somebody else has it for longer than that
     */
    public Held take(Duration wait) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        if (!here.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS)) {
            throw busy(null);
        }
        Held held = open();
        boolean taken = false;
        try {
            held.channel.lock().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            taken = true;
            return held;
        } catch (OverlappingFileLockException | TimeoutException e) {
            throw busy(e);
        } catch (ExecutionException e) {
            throw new IOException("cannot lock " + file, e);
        } finally {
            if (!taken) {
                held.close();
            }
        }
    }

    private Held open() throws IOException {
        boolean opened = false;
        try {
            Held held = new Held(AsynchronousFileChannel.open(
                    file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), null, StateDir.PRIVATE_FILE));
            opened = true;
            return held;
        } finally {
            if (!opened) {
                here.release();
            }
        }
    }

    private StorageRefusedException busy(@Nullable Exception why) {
        return new StorageRefusedException(
                Reason.IN_USE, file + " is held by another backup, or by a server that deletes files", why);
    }
}
