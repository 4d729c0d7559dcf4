package pond.worker.broker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import pond.worker.broker.http.ByteSource;
import pond.worker.broker.http.Watch;

/** One connection to the provider. For one thread at a time, but for {@link #close}. */
final class UpstreamConnection implements AutoCloseable {
    private final SocketChannel channel;
    private final OutputStream out;
    private final ByteSource in;
    private final Watch.Guard guard;
    private long unusedSince;

    /** @param socket the channel's own, or TLS on top of it */
    UpstreamConnection(SocketChannel channel, Socket socket, Watch watch) throws IOException {
        this.channel = channel;
        this.out = socket.getOutputStream();
        InputStream stream = socket.getInputStream();
        this.in = new ByteSource(stream::read);
        // Closing the channel, not the TLS socket: that would first wait to say goodbye.
        this.guard = watch.guard(channel);
    }

    ByteSource in() {
        return in;
    }

    Watch.Guard guard() {
        return guard;
    }

    void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
    }

    void unusedSince(long nanos) {
        unusedSince = nanos;
    }

    long unusedSince() {
        return unusedSince;
    }

    /** Whether the server has neither closed the connection nor said anything since the last answer. */
    boolean isQuiet() throws IOException {
        if (in.hasBuffered()) {
            return false;
        }
        try {
            channel.configureBlocking(false);
            boolean quiet = channel.read(ByteBuffer.allocate(1)) == 0;
            channel.configureBlocking(true);
            return quiet;
        } catch (IOException e) {
            // Closed by the watch or reset by the server: either way it is of no use any more.
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        guard.close();
        channel.close();
    }
}
