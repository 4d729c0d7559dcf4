package pond.worker.egress.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pond.worker.egress.splice.Filter;

/**
 * Holds back the first bytes of a tunnel until it is clear whether they are a TLS greeting (RFC 8446, 4.1.2), and
 * refuses one that names another host than the tunnel is for: behind a shared address that would be the way to a host
 * nobody allowed. A greeting without a name and a tunnel that does not begin with TLS pass: the server then answers for
 * the host that was checked, or the client speaks another protocol on a port that was allowed to it.
 */
public final class ClientHello implements Filter {
    private static final int RECORD_HEADER = 5;
    private static final int HANDSHAKE = 22;
    private static final int GREETING = 1;
    private static final int SERVER_NAME = 0;

    /** Real ones have at most a few thousand bytes; they must fit the buffer of a flow with their record headers. */
    private static final int MAX_GREETING = 16 * 1024;

    private final Target target;
    private boolean passed;

    public ClientHello(Target target) {
        this.target = target;
    }

    @Override
    public void move(ByteBuffer from, ByteBuffer to) throws Denied {
        if (!passed && from.hasRemaining()) {
            passed = isSettled(from.duplicate());
        }
        if (passed) {
            Filter.transfer(from, to, Long.MAX_VALUE);
        } else if (from.limit() == from.capacity()) {
            throw unreadable();
        }
    }

    @Override
    public boolean ended() {
        return false;
    }

    /** Whether the beginning is whole and fine. */
    private boolean isSettled(ByteBuffer begun) throws Denied {
        if (begun.get(begun.position()) != HANDSHAKE) {
            return true;
        }
        ByteBuffer greeting = greeting(begun);
        if (greeting.remaining() < 4) {
            return false;
        }
        int kind = greeting.get();
        int length = (greeting.get() & 0xff) << 16 | u16(greeting);
        if (kind != GREETING || length > MAX_GREETING) {
            throw unreadable();
        }
        if (greeting.remaining() < length) {
            return false;
        }
        try {
            for (String name : names(take(greeting, length))) {
                requireSame(name);
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw unreadable();
        }
        return true;
    }

    private void requireSame(String name) throws Denied {
        String host = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (!host.equalsIgnoreCase(target.host())) {
            throw Denied.forbidden(target, "the TLS greeting names another host: " + name);
        }
    }

    /** A greeting may come in several records, and a record in several pieces. */
    private ByteBuffer greeting(ByteBuffer begun) throws Denied {
        ByteBuffer joined = ByteBuffer.allocate(begun.remaining());
        while (begun.remaining() >= RECORD_HEADER) {
            int type = begun.get();
            int major = begun.get();
            begun.get();
            int length = u16(begun);
            if (type != HANDSHAKE || major != 3 || length == 0) {
                // A whole greeting may already be there; what comes behind it is not ours to judge.
                break;
            }
            joined.put(take(begun, Math.min(length, begun.remaining())));
        }
        if (joined.position() == 0 && begun.remaining() >= RECORD_HEADER) {
            throw unreadable();
        }
        return joined.flip();
    }

    private static List<String> names(ByteBuffer hello) {
        skip(hello, 2 + 32);
        skip(hello, hello.get() & 0xff);
        skip(hello, u16(hello));
        skip(hello, hello.get() & 0xff);
        List<String> names = new ArrayList<>();
        if (!hello.hasRemaining()) {
            return names;
        }
        ByteBuffer extensions = take(hello, u16(hello));
        while (extensions.hasRemaining()) {
            int type = u16(extensions);
            ByteBuffer extension = take(extensions, u16(extensions));
            if (type == SERVER_NAME) {
                ByteBuffer list = take(extension, u16(extension));
                while (list.hasRemaining()) {
                    hostName(list).ifPresent(names::add);
                }
            }
        }
        return names;
    }

    private static Optional<String> hostName(ByteBuffer list) {
        int kind = list.get();
        ByteBuffer name = take(list, u16(list));
        return kind == 0 ? Optional.of(StandardCharsets.ISO_8859_1.decode(name).toString()) : Optional.empty();
    }

    private static int u16(ByteBuffer bytes) {
        return bytes.getShort() & 0xffff;
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }

    private static ByteBuffer take(ByteBuffer bytes, int count) {
        if (count > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = bytes.slice(bytes.position(), count);
        skip(bytes, count);
        return part;
    }

    private Denied unreadable() {
        return Denied.forbidden(target, "a TLS greeting that cannot be read");
    }
}
