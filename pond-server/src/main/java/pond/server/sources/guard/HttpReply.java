package pond.server.sources.guard;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The answer to one request. Its connection is open until {@link #close}, so use it in a try block.
 *
 * @param headers names in any case
 * @param body ends where the framing says; a body that is cut off is an error, not an end
 */
public record HttpReply(int status, Map<String, List<String>> headers, InputStream body) implements Closeable {
    private static final int MAX_HEAD_BYTES = 1 << 16;
    private static final int MAX_INTERIM = 5;
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( .*)?");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    static HttpReply read(InputStream in, Connection connection) throws IOException {
        for (int interim = 0; interim <= MAX_INTERIM; interim++) {
            var lines = headLines(in);
            var matcher = STATUS_LINE.matcher(lines.get(0));
            if (!matcher.matches()) {
                throw new ProtocolException("no status line");
            }
            int status = Integer.parseInt(matcher.group(1));
            // 100 Continue, 103 Early Hints and their like come before the answer proper.
            if (status >= 200) {
                var headers = headers(lines.subList(1, lines.size()));
                return new HttpReply(status, headers, body(status, headers, in, connection));
            }
        }
        throw new ProtocolException("no final status");
    }

    private static List<String> headLines(InputStream in) throws IOException {
        var lines = new ArrayList<String>();
        int left = MAX_HEAD_BYTES;
        while (true) {
            String line = HttpBody.line(in, left);
            left -= line.length() + 2;
            if (line.isEmpty() && !lines.isEmpty()) {
                return lines;
            }
            lines.add(line);
        }
    }

    private static Map<String, List<String>> headers(List<String> lines) throws ProtocolException {
        var headers = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon <= 0 || line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                throw new ProtocolException("not a header line");
            }
            headers.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>(1))
                    .add(line.substring(colon + 1).strip());
        }
        return headers;
    }

    /** Framing in the order of RFC 9112, section 6.3; anything ambiguous is an error. */
    private static InputStream body(
            int status, Map<String, List<String>> headers, InputStream in, Connection connection) throws IOException {
        var encodings = headers.getOrDefault("Transfer-Encoding", List.of());
        var lengths = headers.getOrDefault("Content-Length", List.of()).stream()
                .distinct()
                .toList();
        if (status == 204 || status == 304) {
            return new HttpBody.Sized(in, 0, connection);
        }
        if (!encodings.isEmpty()) {
            if (encodings.size() != 1 || !encodings.get(0).equalsIgnoreCase("chunked") || !lengths.isEmpty()) {
                throw new ProtocolException("transfer encoding");
            }
            return new HttpBody.Chunked(in, connection);
        }
        if (lengths.isEmpty()) {
            return new HttpBody.UntilClose(in, connection);
        }
        if (lengths.size() != 1 || !LENGTH.matcher(lengths.get(0)).matches()) {
            throw new ProtocolException("content length");
        }
        return new HttpBody.Sized(in, Long.parseLong(lengths.get(0)), connection);
    }

    /** The first header of that name. */
    public Optional<String> header(String name) {
        return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    public boolean isRedirect() {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
