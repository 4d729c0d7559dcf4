package pond.worker.egress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A stage's program, as far as the proxy can see it: raw bytes over the unix socket. Reads end with the test's limit. */
final class Client implements AutoCloseable {
    private final SocketChannel channel;

    Client(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
    }

    /** One request, and everything that comes back until the proxy closes. */
    static String ask(Path socket, String request) throws IOException {
        try (Client client = new Client(socket)) {
            client.send(request);
            return client.readToEnd();
        }
    }

    static String connect(Path socket, String authority) throws IOException {
        return ask(socket, "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    }

    /** Opens a tunnel that is expected to be granted. */
    static Client tunnel(Path socket, String authority) throws IOException {
        Client client = new Client(socket);
        client.send("CONNECT " + authority + " HTTP/1.1\r\n\r\n");
        String head = Upstream.readHead(client.in());
        if (!head.startsWith("HTTP/1.1 200 ")) {
            throw new AssertionError("no tunnel: " + head);
        }
        return client;
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
        out().write(bytes);
    }

    /** Not the streams of {@code Channels}: a read of theirs keeps every write waiting. */
    InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return channel.read(ByteBuffer.wrap(bytes, offset, length));
            }
        };
    }

    OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
            }
        };
    }

    void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    String read(int count) throws IOException {
        return new String(in().readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    byte[] readBytesToEnd() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in().transferTo(all);
        } catch (IOException e) {
            // A reset is an end too.
        }
        return all.toByteArray();
    }

    String readToEnd() {
        return new String(readBytesToEnd(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
