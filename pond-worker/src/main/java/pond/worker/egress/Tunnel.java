package pond.worker.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.worker.egress.splice.Filter;
import pond.worker.egress.splice.Flow;
import pond.worker.egress.splice.Meter;
import pond.worker.egress.splice.Splice;
import pond.worker.egress.splice.Waiter;
import pond.worker.egress.wire.ClientHello;
import pond.worker.egress.wire.Denied;
import pond.worker.egress.wire.RequestHead;
import pond.worker.egress.wire.Target;

/**
 * One connection from its first byte to its last: the head of one request, the verdict, the connection to the host, and
 * the bytes both ways. Run once, by one thread; whoever stops the waiter ends it.
 */
final class Tunnel {
    private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);

    /** A fatal alert "unrecognized_name" (RFC 6066, 3), so that a TLS client says what happened. */
    private static final byte[] WRONG_NAME = {21, 3, 3, 0, 2, 2, 112};

    private final SocketChannel client;
    private final Waiter waiter;
    private final Policy policy;
    private final Ledger ledger;

    Tunnel(SocketChannel client, Waiter waiter, Policy policy, Ledger ledger) {
        this.client = client;
        this.waiter = waiter;
        this.policy = policy;
        this.ledger = ledger;
    }

    void run() {
        ledger.opened();
        // The channels are closed even when one of them never got as far as the waiter.
        try (client;
                waiter) {
            ClientSide side = new ClientSide(waiter, client, policy.limits().head());
            try {
                Optional<RequestHead> head = side.readHead();
                if (head.isPresent()) {
                    serve(side, head.get());
                }
            } catch (Denied e) {
                ledger.refused(e);
                side.answer(e.status(), e.body());
            }
        } catch (IOException e) {
            // One of the two hung up, or the stage is over.
            LOG.debug("a connection of a stage's egress ended", e);
        }
    }

    private void serve(ClientSide side, RequestHead head) throws IOException {
        Target target = head.target();
        ledger.requireBytesLeft(target);
        SelectionKey server;
        try {
            List<InetAddress> addresses = policy.vet(target);
            server = Dial.connect(waiter, target, addresses, policy.limits().connect());
        } catch (UnknownHostException e) {
            unreachable(side, target, "the name has no address");
            return;
        } catch (Dial.FailedException e) {
            unreachable(side, target, e.reason());
            return;
        }
        if (head.isConnect()) {
            tunnel(side, target, server);
        } else {
            exchange(side, head, server);
        }
    }

    private void unreachable(ClientSide side, Target target, String reason) throws IOException {
        ledger.unreachable(target, reason);
        side.answer(502, "pond-egress: " + target + " cannot be reached (" + reason + ")\n");
    }

    private void tunnel(ClientSide side, Target target, SelectionKey server) throws IOException {
        ByteBuffer accepted = latin1("HTTP/1.1 200 Connection established\r\n\r\n");
        SocketChannel channel = (SocketChannel) server.channel();
        Flow up = flow(client, channel, new ClientHello(target), target, latin1(""), side.behindHead());
        Flow down = new Flow(channel, client, Filter.NONE, uncounted(accepted, target), accepted, latin1(""));
        try {
            new Splice(waiter, side.key(), server, up, down).run(policy.limits().idle(), false);
        } catch (Denied e) {
            ledger.refused(e);
            if (up.written() == 0) {
                side.end(ByteBuffer.wrap(WRONG_NAME));
            }
        }
    }

    /** The response is passed on as it is; the server was asked to close behind it, and then so do we. */
    private void exchange(ClientSide side, RequestHead head, SelectionKey server) throws IOException {
        SocketChannel channel = (SocketChannel) server.channel();
        Target target = head.target();
        Flow up = flow(client, channel, head.body(), target, latin1(head.forServer()), side.behindHead());
        Flow down = flow(channel, client, Filter.NONE, target, latin1(""), latin1(""));
        try {
            new Splice(waiter, side.key(), server, up, down).run(policy.limits().idle(), true);
        } catch (Denied e) {
            // After the first byte of a response the client would take ours for a part of it.
            if (down.written() == 0) {
                throw e;
            }
            ledger.refused(e);
        }
    }

    private Flow flow(
            SocketChannel from, SocketChannel to, Filter filter, Target target, ByteBuffer ahead, ByteBuffer begun) {
        return new Flow(from, to, filter, bytes -> ledger.count(bytes, target), ahead, begun);
    }

    /** Counts what comes behind our own answer. */
    private Meter uncounted(ByteBuffer answer, Target target) {
        long[] left = {answer.remaining()};
        return bytes -> {
            long own = Math.min(left[0], bytes);
            left[0] -= own;
            ledger.count(bytes - own, target);
        };
    }

    private static ByteBuffer latin1(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
