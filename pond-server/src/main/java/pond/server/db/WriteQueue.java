package pond.server.db;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The bounded line in front of the writer. Any thread adds, one takes. */
final class WriteQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Piece<?>> waiting = new ArrayDeque<>();
    private final int capacity;
    private int running;
    private long runningSince;
    private boolean closed;

    WriteQueue(int capacity) {
        this.capacity = capacity;
    }

    /** @throws DatabaseBusyException when the line is full or closed */
    void add(Piece<?> piece) {
        lock.lock();
        try {
            if (closed) {
                throw new DatabaseBusyException("the database is closing");
            }
            if (waiting.size() >= capacity) {
                throw new DatabaseBusyException(capacity + " writes are waiting already");
            }
            waiting.add(piece);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves up to {@code most} pieces to {@code batch}, waiting for the first; they count as unfinished until the next
     * call. Interrupts are left for the owner of the thread: no piece of work may stop the writer by one.
     *
     * @return false when the queue is closed and empty
     */
    boolean take(List<Piece<?>> batch, int most) {
        lock.lock();
        try {
            running = 0;
            while (waiting.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            while (batch.size() < most && !waiting.isEmpty()) {
                batch.add(waiting.remove());
            }
            running = batch.size();
            if (running > 0) {
                runningSince = batch.get(0).submittedNanos();
            }
            return running > 0;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Takes out everything that was not begun. */
    List<Piece<?>> abandon() {
        lock.lock();
        try {
            List<Piece<?>> rest = new ArrayList<>(waiting);
            waiting.clear();
            return rest;
        } finally {
            lock.unlock();
        }
    }

    Database.Load load() {
        lock.lock();
        try {
            int unfinished = waiting.size() + running;
            if (unfinished == 0) {
                return new Database.Load(0, Duration.ZERO);
            }
            long oldest = running > 0 ? runningSince : waiting.element().submittedNanos();
            return new Database.Load(unfinished, Duration.ofNanos(System.nanoTime() - oldest));
        } finally {
            lock.unlock();
        }
    }
}
