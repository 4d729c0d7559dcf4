package pond.worker.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import pond.worker.egress.splice.Waiter;
import pond.worker.egress.wire.Target;

/** Connects to the first of some vetted addresses that answers. */
final class Dial {
    private Dial() {}

    /** None of the addresses answered. */
    static final class FailedException extends IOException {
        private static final long serialVersionUID = 1L;

        FailedException(String reason) {
            super(reason);
        }

        /** Of the last address, in a few words. */
        String reason() {
            return String.valueOf(getMessage());
        }
    }

    /** @param wait for all addresses together; each gets its part of what is left */
    static SelectionKey connect(Waiter waiter, Target target, List<InetAddress> addresses, Duration wait)
            throws IOException {
        long deadline = Waiter.deadline(wait);
        String reason = "no answer";
        for (int i = 0; i < addresses.size(); i++) {
            long now = System.nanoTime();
            long until = now + (deadline - now) / (addresses.size() - i);
            SocketChannel channel = SocketChannel.open();
            SelectionKey key = waiter.add(channel);
            try {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                if (connect(waiter, key, new InetSocketAddress(addresses.get(i), target.port()), until)) {
                    return key;
                }
                reason = "no answer in time";
            } catch (AsynchronousCloseException e) {
                throw e;
            } catch (IOException e) {
                reason = String.valueOf(e.getMessage());
            }
            channel.close();
        }
        throw new FailedException(reason);
    }

    private static boolean connect(Waiter waiter, SelectionKey key, InetSocketAddress address, long until)
            throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        boolean connected = channel.connect(address);
        while (!connected) {
            if (!waiter.await(key, SelectionKey.OP_CONNECT, until)) {
                return false;
            }
            connected = channel.finishConnect();
        }
        return true;
    }
}
