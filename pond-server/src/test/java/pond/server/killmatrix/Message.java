package pond.server.killmatrix;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request or an answer of HTTP/1.1, byte for byte. */
final class Message {
    private static final int MOST_HEAD = 64 * 1024;
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *([0-9]+)");
    private static final Pattern CHUNKED = Pattern.compile("(?im)^transfer-encoding: *chunked");
    private static final Pattern BODILESS = Pattern.compile("HTTP/1.1 (1..|204|304) .*", Pattern.DOTALL);

    private final String head;
    private final byte[] bytes;

    private Message(ByteArrayOutputStream all, String head) {
        this.head = head;
        this.bytes = all.toByteArray();
    }

    /** The next request of a connection; empty when its caller has gone. */
    static Optional<Message> request(InputStream from) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (!readHead(from, all)) {
            return Optional.empty();
        }
        String head = all.toString(StandardCharsets.ISO_8859_1);
        readBody(from, head, all, false);
        return Optional.of(new Message(all, head));
    }

    /** The answer to a request. */
    static Message answer(InputStream from, Message request) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (!readHead(from, all)) {
            throw new EOFException("no answer");
        }
        String head = all.toString(StandardCharsets.ISO_8859_1);
        if (!request.method().equals("HEAD") && !BODILESS.matcher(head).matches()) {
            readBody(from, head, all, true);
        }
        return new Message(all, head);
    }

    /** All of it. */
    byte[] bytes() {
        return bytes.clone();
    }

    String head() {
        return head;
    }

    String method() {
        return word(0);
    }

    /** Without its query. */
    String path() {
        return word(1).replaceFirst("\\?.*", "");
    }

    /** Of an answer. */
    int status() {
        return Integer.parseInt(word(1));
    }

    private String word(int index) {
        return head.substring(0, head.indexOf('\r')).split(" ", -1)[index];
    }

    /** Up to the empty line; false when there is nothing at all. */
    private static boolean readHead(InputStream from, ByteArrayOutputStream to) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int next = from.read();
            if (next < 0) {
                if (to.size() == 0) {
                    return false;
                }
                throw new EOFException("a head breaks off");
            }
            to.write(next);
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
            if (to.size() > MOST_HEAD) {
                throw new IOException("a head without an end");
            }
        }
        return true;
    }

    private static void readBody(InputStream from, String head, ByteArrayOutputStream to, boolean toTheEnd)
            throws IOException {
        Matcher length = LENGTH.matcher(head);
        if (CHUNKED.matcher(head).find()) {
            readChunks(from, to);
        } else if (length.find()) {
            copy(from, to, Integer.parseInt(length.group(1)));
        } else if (toTheEnd) {
            from.transferTo(to);
        }
    }

    private static void readChunks(InputStream from, ByteArrayOutputStream to) throws IOException {
        int size;
        do {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            while (!line.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n")) {
                copy(from, line, 1);
            }
            line.writeTo(to);
            size = Integer.parseInt(
                    line.toString(StandardCharsets.ISO_8859_1).strip().replaceFirst(";.*", ""), 16);
            copy(from, to, size + 2);
        } while (size > 0);
    }

    private static void copy(InputStream from, ByteArrayOutputStream to, int count) throws IOException {
        byte[] bytes = from.readNBytes(count);
        to.write(bytes);
        if (bytes.length < count) {
            throw new EOFException("a body breaks off");
        }
    }
}
