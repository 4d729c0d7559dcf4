package pond.worker.egress.wire;

import java.nio.ByteBuffer;
import pond.worker.egress.splice.Filter;

/** A body of a length that is known: what comes behind it is not passed on. */
final class FixedBody implements Filter {
    private long left;

    FixedBody(long length) {
        this.left = length;
    }

    @Override
    public void move(ByteBuffer from, ByteBuffer to) {
        left -= Filter.transfer(from, to, left);
    }

    @Override
    public boolean ended() {
        return left == 0;
    }
}
