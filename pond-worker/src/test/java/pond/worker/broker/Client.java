package pond.worker.broker;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import pond.worker.broker.http.Body;
import pond.worker.broker.http.ByteSource;
import pond.worker.broker.http.HeadReader;
import pond.worker.broker.http.ResponseHead;

/** A plain HTTP client on one connection, unix socket or TCP, that can also be rude. */
final class Client implements Closeable {
    private final SocketChannel channel;
    private final ByteSource in;

    Client(SocketAddress address) throws IOException {
        channel = SocketChannel.open(address);
        in = new ByteSource((bytes, from, length) -> channel.read(ByteBuffer.wrap(bytes, from, length)));
    }

    /** An answer read to its end. */
    record Response(ResponseHead head, String body) {
        int status() {
            return head.status();
        }

        String header(String name) {
            return head.headers().first(name).orElse("");
        }
    }

    void send(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** @param headers lines with their ends */
    void request(String line, String headers, String body) throws IOException {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        send(line + " HTTP/1.1\r\nHost: broker\r\n" + headers + "Content-Length: " + length + "\r\n\r\n" + body);
    }

    Response call(String line, String headers, String body) throws IOException {
        request(line, headers, body);
        return response();
    }

    ResponseHead head() throws IOException {
        return HeadReader.response(in);
    }

    Response response() throws IOException {
        ResponseHead head = head();
        return new Response(head, rest(head));
    }

    /** The body after a head; fails when it is cut. */
    String rest(ResponseHead head) throws IOException {
        Body body = Body.ofResponse(head, in);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[16 * 1024];
        int count = body.read(buffer);
        while (count >= 0) {
            bytes.write(buffer, 0, count);
            count = body.read(buffer);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Everything until the other side closes. */
    String untilClosed() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int next = in.next();
        while (next >= 0) {
            bytes.write(next);
            next = in.next();
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** Waits for the next byte without taking it. */
    void awaitByte() throws IOException {
        if (!in.awaitByte()) {
            throw new IOException("closed");
        }
    }

    int read() throws IOException {
        return in.next();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
