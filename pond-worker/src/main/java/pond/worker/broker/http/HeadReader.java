package pond.worker.broker.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads heads. Whatever two readers could understand differently is refused: a lone CR or LF at the end of a line, a
 * folded line, a blank before the colon, a control character, a second Host.
 */
public final class HeadReader {
    /** Longest head in bytes. */
    public static final int MAX_HEAD = 32 * 1024;

    private static final Pattern REQUEST_LINE =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (\\S+) HTTP/(\\d\\.\\d)");
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5]\\d\\d)( .*)?");
    private static final Pattern FIELD = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*?)[ \\t]*");

    private HeadReader() {}

    /** The next request's head; throws {@link HttpProblem} for one that is not understood. */
    public static RequestHead request(ByteSource in) throws IOException {
        List<String> lines = lines(in);
        Matcher line = REQUEST_LINE.matcher(lines.get(0));
        if (!line.matches()) {
            throw new HttpProblem(400, "the request line is not: method, target, version");
        }
        if (!line.group(3).equals("1.1")) {
            throw new HttpProblem(505, "only HTTP/1.1 is spoken here");
        }
        Headers headers = fields(lines);
        if (headers.all("host").size() != 1) {
            throw new HttpProblem(400, "a request has one Host header");
        }
        return new RequestHead(line.group(1), line.group(2), headers);
    }

    /** The next response's head, also one of status 100. */
    public static ResponseHead response(ByteSource in) throws IOException {
        List<String> lines = lines(in);
        Matcher line = STATUS_LINE.matcher(lines.get(0));
        if (!line.matches()) {
            throw new HttpProblem(502, "the status line is not understood");
        }
        return new ResponseHead(Integer.parseInt(line.group(1)), fields(lines));
    }

    private static Headers fields(List<String> lines) throws HttpProblem {
        List<Headers.Field> fields = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            Matcher field = FIELD.matcher(line);
            if (!field.matches()) {
                throw new HttpProblem(400, "a header line is not: name, colon, value");
            }
            fields.add(new Headers.Field(field.group(1), field.group(2)));
        }
        return new Headers(fields);
    }

    private static List<String> lines(ByteSource in) throws IOException {
        List<String> lines = new ArrayList<>();
        int[] left = {MAX_HEAD};
        String line = line(in, left);
        while (!line.isEmpty()) {
            lines.add(line);
            line = line(in, left);
        }
        if (lines.isEmpty()) {
            throw new HttpProblem(400, "an empty head");
        }
        return lines;
    }

    /** One line without its end; {@code left} is what the head may still have. */
    static String line(ByteSource in, int[] left) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        int c = in.next();
        while (c != '\r') {
            if (c < 0) {
                throw new EOFException("the connection ended inside a head");
            }
            if ((c < ' ' && c != '\t') || c == 0x7F) {
                throw new HttpProblem(400, "a control character in the head");
            }
            if (--left[0] < 0) {
                throw new HttpProblem(431, "the head is longer than " + MAX_HEAD + " bytes");
            }
            line.write(c);
            c = in.next();
        }
        if (in.next() != '\n') {
            throw new HttpProblem(400, "a line of the head ends with CR alone");
        }
        left[0] -= 2;
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
