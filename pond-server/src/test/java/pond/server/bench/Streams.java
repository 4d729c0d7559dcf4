package pond.server.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Many followers of one run's events on one thread that does as little as can be: it takes what comes and remembers the
 * tail, which at the end tells whether all has come. Connections are opened and looked at by the caller's thread.
 */
final class Streams implements AutoCloseable {
    private static final int TAIL = 512;
    private static final long SECONDS = 120;

    private final Selector selector = Selector.open();
    private final List<Stream> streams = new ArrayList<>();
    private final CountDownLatch begun;
    private final CountDownLatch ended;
    private final Thread reader = new Thread(this::read, "bench-streams");
    private volatile boolean closing;

    /** One follower: the last bytes that it got. */
    private static final class Stream {
        private final StringBuilder tail = new StringBuilder();
        private boolean begun;
    }

    private Streams(int count) throws IOException {
        begun = new CountDownLatch(count);
        ended = new CountDownLatch(count);
        reader.setDaemon(true);
    }

    static Streams open(URI server, String run, int count) throws IOException {
        Streams all = new Streams(count);
        byte[] request = ("GET /v1/runs/" + run + "/events HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n"
                        + "Authorization: Bearer " + Server.TOKEN + "\r\n\r\n")
                .getBytes(ISO_8859_1);
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
            channel.write(ByteBuffer.wrap(request));
            channel.configureBlocking(false);
            Stream stream = new Stream();
            all.streams.add(stream);
            channel.register(all.selector, SelectionKey.OP_READ, stream);
        }
        all.reader.start();
        return all;
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 17);
        byte[] tail = new byte[TAIL];
        try {
            while (!closing && ended.getCount() > 0) {
                selector.select(key -> take(key, buffer, tail));
            }
        } catch (IOException e) {
            // The caller notices: what it waits for does not come.
            System.err.println("streams: " + e);
        }
    }

    private void take(SelectionKey key, ByteBuffer buffer, byte[] bytes) {
        Stream stream = (Stream) key.attachment();
        buffer.clear();
        int count = -1;
        try {
            count = ((SocketChannel) key.channel()).read(buffer);
        } catch (IOException e) {
            System.err.println("streams: " + e);
        }
        if (!stream.begun) {
            stream.begun = true;
            begun.countDown();
        }
        if (count < 0) {
            key.cancel();
            ended.countDown();
            return;
        }
        int kept = Math.min(count, TAIL);
        buffer.position(count - kept).limit(count).get(bytes, 0, kept);
        stream.tail.append(new String(bytes, 0, kept, ISO_8859_1));
        stream.tail.delete(0, Math.max(0, stream.tail.length() - TAIL));
    }

    void awaitAllBegun() throws Exception {
        if (!begun.await(SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(begun.getCount() + " streams have not begun");
        }
    }

    /** Waits until the server has ended all; each must have got the end after that line. */
    void awaitAllEnded(long lastLine) throws Exception {
        if (!ended.await(SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(ended.getCount() + " streams have not ended");
        }
        for (Stream stream : streams) {
            if (!stream.tail.toString().contains("-" + lastLine + "\nevent: end\ndata: {}\n")) {
                throw new IllegalStateException("a stream ends with " + stream.tail + " and not after " + lastLine);
            }
        }
    }

    /** The selector is closed only when nobody selects any more: that would throw. */
    @Override
    public void close() throws IOException {
        closing = true;
        selector.wakeup();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
