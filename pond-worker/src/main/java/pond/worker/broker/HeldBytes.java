package pond.worker.broker;

/** How much memory bodies that are held take, all calls of a door together. Threads may share it. */
final class HeldBytes {
    private final long most;
    private long held;

    HeldBytes(long most) {
        this.most = most;
    }

    /** Whether there was room for so many more; they are then taken. */
    synchronized boolean take(long bytes) {
        if (held + bytes > most) {
            return false;
        }
        held += bytes;
        return true;
    }

    synchronized void giveBack(long bytes) {
        held -= bytes;
    }
}
