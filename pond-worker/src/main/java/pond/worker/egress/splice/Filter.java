package pond.worker.egress.splice;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Looks at the bytes of one direction before they are passed on. Used by one thread. */
public interface Filter {

    /** Lets everything through as it is. */
    Filter NONE = new Filter() {
        @Override
        public void move(ByteBuffer from, ByteBuffer to) {
            transfer(from, to, Long.MAX_VALUE);
        }

        @Override
        public boolean ended() {
            return false;
        }
    };

    /**
     * Moves what may be passed on, as far as there is room. What it leaves it sees again, with more behind it.
     *
     * @throws IOException when the direction must end here
     */
    void move(ByteBuffer from, ByteBuffer to) throws IOException;

    /** Whether nothing more will be passed on, whatever comes. */
    boolean ended();

    /** Moves at most so many bytes and gives their number. */
    static int transfer(ByteBuffer from, ByteBuffer to, long atMost) {
        int count = (int) Math.min(atMost, Math.min(from.remaining(), to.remaining()));
        ByteBuffer part = from.slice(from.position(), count);
        to.put(part);
        from.position(from.position() + count);
        return count;
    }
}
