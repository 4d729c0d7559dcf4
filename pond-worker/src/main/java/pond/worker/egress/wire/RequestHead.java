package pond.worker.egress.wire;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pond.worker.egress.splice.Filter;

/**
 * The first lines of the one request of a connection: {@code CONNECT host:port}, or any other method with an
 * {@code http://} target. The target alone says where it goes.
 */
public final class RequestHead {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern FIRST = Pattern.compile("(" + TOKEN + ") ([\\x21-\\x7e]+) (HTTP/1\\.[01])");
    private static final Pattern ABSOLUTE =
            Pattern.compile("http://([^/?#]*)([/?][\\x21-\\x7e&&[^#]]*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "):([\\t\\x20-\\x7e\\x80-\\xff]*)");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");
    private static final int HTTP_PORT = 80;

    /** Headers between neighbours (RFC 9110, 7.6.1), and the ones that are written anew. */
    private static final Set<String> DROPPED = Set.of(
            "connection",
            "keep-alive",
            "te",
            "trailer",
            "upgrade",
            "http2-settings",
            "host",
            "content-length",
            "transfer-encoding");

    private final String method;
    private final String path;
    private final String version;
    private final Target target;
    private final List<Field> fields;

    private record Field(String name, String value) {}

    private RequestHead(String method, String path, String version, Target target, List<Field> fields) {
        this.method = method;
        this.path = path;
        this.version = version;
        this.target = target;
        this.fields = fields;
    }

    /**
     * Reads a head.
     *
     * @param text the head as ISO-8859-1, up to the empty line and without it
     * @throws Denied when it is anything but the two forms above, or its body could be measured in two ways
     */
    public static RequestHead parse(String text) throws Denied {
        String[] lines = text.split("\r\n", -1);
        Matcher first = FIRST.matcher(lines[0]);
        if (!first.matches()) {
            throw Denied.malformed("-", "not a request to a proxy");
        }
        String method = first.group(1);
        Target target;
        String path = "";
        if (method.equals("CONNECT")) {
            target = Target.parse(first.group(2));
        } else {
            Matcher absolute = ABSOLUTE.matcher(first.group(2));
            if (!absolute.matches()) {
                throw Denied.malformed("-", "not a request to a proxy: only CONNECT host:port and http:// targets");
            }
            target = Target.parse(absolute.group(1), HTTP_PORT);
            path = Optional.ofNullable(absolute.group(2)).orElse("/");
            path = path.startsWith("?") ? "/" + path : path;
        }
        List<Field> fields = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            fields.add(field(lines[i], target));
        }
        RequestHead head = new RequestHead(method, path, first.group(3), target, fields);
        head.body();
        return head;
    }

    private static Field field(String line, Target target) throws Denied {
        Matcher matcher = FIELD.matcher(line);
        if (!matcher.matches()) {
            throw Denied.malformed(target.toString(), "a header that cannot be read");
        }
        return new Field(
                matcher.group(1).toLowerCase(Locale.ROOT), matcher.group(2).strip());
    }

    public Target target() {
        return target;
    }

    /** Whether the client asks for a tunnel. */
    public boolean isConnect() {
        return method.equals("CONNECT");
    }

    /** What lets exactly this request's body through; a fresh one with every call. */
    public Filter body() throws Denied {
        List<String> lengths = values("content-length");
        List<String> codings = values("transfer-encoding");
        String subject = target.toString();
        if (isConnect() || (lengths.isEmpty() && codings.isEmpty())) {
            return new FixedBody(0);
        }
        if (lengths.size() + codings.size() > 1) {
            throw Denied.malformed(subject, "more than one header says how long the body is");
        }
        if (!codings.isEmpty()) {
            if (!codings.get(0).equalsIgnoreCase("chunked") || version.equals("HTTP/1.0")) {
                throw Denied.malformed(subject, "a transfer coding other than chunked");
            }
            return new ChunkedBody(subject);
        }
        if (!DIGITS.matcher(lengths.get(0)).matches()) {
            throw Denied.malformed(subject, "a content length that is no number");
        }
        return new FixedBody(Long.parseLong(lengths.get(0)));
    }

    private List<String> values(String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(Field::value)
                .toList();
    }

    /** The head as the server gets it, as ISO-8859-1. */
    public String forServer() {
        Set<String> dropped = new HashSet<>(DROPPED);
        for (String value : values("connection")) {
            for (String name : value.split(",", -1)) {
                dropped.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        StringBuilder head = new StringBuilder(method + " " + path + " " + version + "\r\n");
        head.append("Host: ").append(target.port() == HTTP_PORT ? target.host() : target.toString());
        head.append("\r\nConnection: close\r\n");
        values("content-length").forEach(value -> header(head, "Content-Length", value));
        values("transfer-encoding").forEach(value -> header(head, "Transfer-Encoding", "chunked"));
        for (Field field : fields) {
            if (!dropped.contains(field.name()) && !field.name().startsWith("proxy-")) {
                header(head, field.name(), field.value());
            }
        }
        return head.append("\r\n").toString();
    }

    private static void header(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }
}
