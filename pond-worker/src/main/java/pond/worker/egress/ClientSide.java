package pond.worker.egress;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import pond.worker.egress.splice.Waiter;
import pond.worker.egress.wire.Denied;
import pond.worker.egress.wire.RequestHead;

/** The proxy's talk with the client itself: reading the head of the request, and answers of its own. */
final class ClientSide {
    private static final int MAX_HEAD = 16 * 1024;
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final Waiter waiter;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Duration headWait;
    private final ByteBuffer input = ByteBuffer.allocate(MAX_HEAD);

    ClientSide(Waiter waiter, SocketChannel channel, Duration headWait) throws IOException {
        this.waiter = waiter;
        this.channel = channel;
        this.headWait = headWait;
        this.key = waiter.add(channel);
    }

    SelectionKey key() {
        return key;
    }

    /**
     * The request's head, or empty when the client left before it had said anything whole.
     *
     * @throws Denied when it is too long, takes too long or is none
     */
    Optional<RequestHead> readHead() throws IOException {
        long deadline = Waiter.deadline(headWait);
        int scanned = 0;
        while (true) {
            int count = channel.read(input);
            if (count < 0) {
                return Optional.empty();
            }
            for (; scanned < input.position(); scanned++) {
                if (endsAt(scanned)) {
                    return Optional.of(takeHead(scanned + 1));
                }
            }
            if (!input.hasRemaining()) {
                throw Denied.malformed("-", "the head of the request is longer than " + MAX_HEAD + " bytes");
            }
            if (count == 0 && !waiter.await(key, SelectionKey.OP_READ, deadline)) {
                throw Denied.malformed("-", "no whole request within " + headWait.toSeconds() + " s");
            }
        }
    }

    /** Whether the byte at this place ends an empty line. */
    private boolean endsAt(int at) throws Denied {
        if (input.get(at) != '\n') {
            return false;
        }
        if (at == 0 || input.get(at - 1) != '\r') {
            throw Denied.malformed("-", "a line that does not end with CR LF");
        }
        return at >= 3 && input.get(at - 2) == '\n';
    }

    private RequestHead takeHead(int length) throws Denied {
        input.flip();
        byte[] head = new byte[length - 4];
        input.get(head);
        input.position(length);
        return RequestHead.parse(new String(head, StandardCharsets.ISO_8859_1));
    }

    /** What was read together with the head. */
    ByteBuffer behindHead() {
        return input;
    }

    /** Answers the request instead of a server, and ends. */
    void answer(int status, String body) throws IOException {
        byte[] text = body.getBytes(StandardCharsets.US_ASCII);
        String head = "HTTP/1.1 " + status + " " + phrase(status) + "\r\nContent-Type: text/plain\r\nContent-Length: "
                + text.length + "\r\nConnection: close\r\n\r\n";
        ByteBuffer answer = ByteBuffer.allocate(head.length() + text.length);
        answer.put(head.getBytes(StandardCharsets.US_ASCII)).put(text).flip();
        end(answer);
    }

    private static String phrase(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            default -> "Bad Gateway";
        };
    }

    /**
     * Writes these last bytes and reads what still comes, for two seconds at most: a close with unread bytes may take the
     * answer away from a client that is still sending.
     */
    void end(ByteBuffer last) throws IOException {
        long deadline = Waiter.deadline(GOODBYE);
        if (!waiter.write(key, last, deadline)) {
            return;
        }
        channel.shutdownOutput();
        int count = 0;
        while (count >= 0) {
            input.clear();
            count = channel.read(input);
            boolean late = count > 0
                    ? System.nanoTime() > deadline
                    : count == 0 && !waiter.await(key, SelectionKey.OP_READ, deadline);
            if (late) {
                return;
            }
        }
    }
}
