package pond.worker.egress.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import pond.worker.egress.splice.Filter;
import pond.worker.egress.splice.Flow;
import pond.worker.egress.splice.Splice;
import pond.worker.egress.splice.Waiter;

/**
 * The relay for sandboxes without socat: a port on 127.0.0.1 that leads to a unix socket, until it is killed. Says
 * nothing to anybody: its streams are nobody's.
 */
public final class RelayMain {
    /** The proxy at the other end is the one that gives up first. */
    private static final Duration IDLE = Duration.ofMinutes(10);

    private final Path socket;
    private final Semaphore places = new Semaphore(Relay.MAX_CONNECTIONS);

    RelayMain(Path socket) {
        this.socket = socket;
    }

    /** Takes the port and the path of the socket. */
    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("wants a port and the path of a socket");
        }
        // Of IPv4 alone: a socket for both is listed in another table than the one where the sandbox looks for it.
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.INET);
        listener.bind(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), Integer.parseInt(args[0])),
                128);
        new RelayMain(Path.of(args[1])).serve(listener);
    }

    /** Serves until the listener is closed. */
    void serve(ServerSocketChannel listener) throws IOException, InterruptedException {
        while (listener.isOpen()) {
            places.acquire();
            SocketChannel client = listener.accept();
            Thread thread = new Thread(() -> relay(client), "pond-relay");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void relay(SocketChannel client) {
        try (client;
                SocketChannel server = SocketChannel.open(StandardProtocolFamily.UNIX);
                Waiter waiter = new Waiter()) {
            server.connect(UnixDomainSocketAddress.of(socket));
            SelectionKey clientKey = waiter.add(client);
            SelectionKey serverKey = waiter.add(server);
            new Splice(waiter, clientKey, serverKey, flow(client, server), flow(server, client)).run(IDLE, false);
        } catch (IOException e) {
            // One of the two hung up, or the door is closed: the client sees the end of its connection.
            return;
        } finally {
            places.release();
        }
    }

    private static Flow flow(SocketChannel from, SocketChannel to) {
        ByteBuffer nothing = ByteBuffer.allocate(0);
        return new Flow(from, to, Filter.NONE, bytes -> {}, nothing, nothing);
    }
}
