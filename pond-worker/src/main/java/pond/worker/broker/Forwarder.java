package pond.worker.broker;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import pond.worker.broker.http.Body;
import pond.worker.broker.http.HeadReader;
import pond.worker.broker.http.Headers.Field;
import pond.worker.broker.http.RequestHead;
import pond.worker.broker.http.ResponseHead;
import pond.worker.broker.meter.Format;
import pond.worker.broker.provider.Endpoint;

/** Takes one request to the provider and its answer back. For one thread and one request. */
final class Forwarder {
    /** What a client may not choose or must not tell: keys, accounts, addresses, and what the broker sets itself. */
    private static final Set<String> STRIPPED = Set.of(
            "host",
            "content-length",
            "accept-encoding",
            "expect",
            "authorization",
            "x-api-key",
            "api-key",
            "x-goog-api-key",
            "x-goog-user-project",
            "openai-organization",
            "openai-project",
            "cookie",
            "forwarded",
            "via",
            "x-real-ip");

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int BUFFER = 16 * 1024;

    private final Terms terms;
    private final Gate gate;
    private final ClientConnection client;
    private final RequestScan scan = new RequestScan();
    private long heldBytes;

    Forwarder(Terms terms, Gate gate, ClientConnection client) {
        this.terms = terms;
        this.gate = gate;
        this.client = client;
    }

    /** Whether the client's connection is fit for another request. */
    boolean forward(RequestHead head, Endpoint endpoint, Body body) throws IOException, Refused {
        if (body.length().orElse(0) > terms.limits().maxRequestBytes()) {
            throw tooLarge();
        }
        if (head.headers().first("expect").isPresent() && !body.ended()) {
            client.guard().within(terms.limits().bodyTime());
            client.write(CONTINUE, 0, CONTINUE.length);
        }
        try {
            Optional<byte[]> held = mustHold(endpoint) ? Optional.of(hold(endpoint, body)) : Optional.empty();
            boolean ask = endpoint.format().filter(Format.CHAT::equals).isPresent() && scan.mustAskForUsage();
            Optional<byte[]> sent = ask ? held.map(bytes -> RequestScan.askingForUsage(bytes, scan)) : held;
            try (Call call = new Call(terms, endpoint.format())) {
                call.asked(endpoint.model().or(scan::model));
                return send(call, head, body, sent, ask);
            }
        } finally {
            terms.held().giveBack(heldBytes);
        }
    }

    private boolean mustHold(Endpoint endpoint) {
        boolean checked = !terms.job().models().isEmpty() && endpoint.model().isEmpty();
        return endpoint.format()
                .filter(format -> checked || format == Format.CHAT || format == Format.RESPONSES)
                .isPresent();
    }

    /** Reads the whole body, and refuses what may not be forwarded. */
    private byte[] hold(Endpoint endpoint, Body body) throws IOException, Refused {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER];
        int count = fromClient(body, buffer);
        while (count >= 0) {
            if (whole.size() + count > terms.limits().maxRequestBytes()) {
                throw tooLarge();
            }
            if (!terms.held().take(count)) {
                throw refused(503, "too many large requests of this job at once", new Field("Retry-After", "1"));
            }
            heldBytes += count;
            whole.write(buffer, 0, count);
            scan.feed(buffer, 0, count);
            count = fromClient(body, buffer);
        }
        Optional<String> problem = scan.problem(endpoint.format().orElseThrow());
        if (problem.isPresent()) {
            throw refused(400, problem.get());
        }
        Optional<Answer> other = gate.otherModel(scan.model().orElse(""));
        if (other.isPresent()) {
            throw new Refused(other.get());
        }
        return whole.toByteArray();
    }

    private boolean send(Call call, RequestHead head, Body body, Optional<byte[]> held, boolean ask)
            throws IOException, Refused {
        UpstreamConnection upstream = connect(call);
        terms.active().add(upstream);
        boolean reusable = false;
        try {
            if (terms.closing().get()) {
                call.failed(503, "the job is ending");
                throw refused(503, "the job is ending");
            }
            ResponseHead answer = ask(call, upstream, head, body, held);
            Relay relay = new Relay(terms, client, call, upstream);
            reusable = relay.pass(answer, ask) && !answer.headers().hasWord("connection", "close");
            return relay.clientFit();
        } finally {
            terms.active().remove(upstream);
            if (reusable && body.ended()) {
                terms.upstream().keep(upstream);
            } else {
                upstream.close();
            }
        }
    }

    private UpstreamConnection connect(Call call) throws Refused {
        try {
            return terms.upstream().connect();
        } catch (SocketTimeoutException e) {
            call.failed(504, "no connection to the provider in time");
            throw refused(504, "no connection to the provider in time");
        } catch (IOException e) {
            call.failed(502, "no connection to the provider");
            throw refused(502, "no connection to the provider");
        }
    }

    private ResponseHead ask(Call call, UpstreamConnection upstream, RequestHead head, Body body, Optional<byte[]> held)
            throws IOException, Refused {
        try {
            try {
                write(call, upstream, head, body, held);
            } catch (ClientGone e) {
                throw e;
            } catch (IOException e) {
                // A server may answer and close before it has read all of a request it does not want.
                return response(upstream);
            }
            return response(upstream);
        } catch (ClientGone e) {
            call.failed(499, "the agent hung up before it had asked");
            throw e;
        } catch (IOException e) {
            boolean late = upstream.guard().expired();
            int status = late ? 504 : 502;
            String words = late
                    ? "the provider did not answer in time"
                    : "the connection to the provider broke before an answer";
            call.failed(status, words);
            throw refused(status, words);
        }
    }

    private void write(Call call, UpstreamConnection upstream, RequestHead head, Body body, Optional<byte[]> held)
            throws IOException, Refused {
        byte[] start = head(head, body, held);
        upstream.guard().within(terms.limits().silence());
        if (held.isPresent()) {
            byte[] bytes = held.get();
            ByteArrayOutputStream whole = new ByteArrayOutputStream(start.length + bytes.length);
            whole.writeBytes(start);
            whole.writeBytes(bytes);
            upstream.write(whole.toByteArray(), 0, whole.size());
            call.sent(bytes.length);
            return;
        }
        upstream.write(start, 0, start.length);
        boolean chunked = body.length().isEmpty();
        byte[] buffer = new byte[BUFFER];
        long total = 0;
        int count = fromClient(body, buffer);
        while (count >= 0) {
            total += count;
            if (total > terms.limits().maxRequestBytes()) {
                call.failed(413, "a request was too large");
                throw tooLarge();
            }
            scan.feed(buffer, 0, count);
            byte[] piece = chunked ? Chunks.of(buffer, 0, count) : buffer;
            upstream.guard().within(terms.limits().silence());
            upstream.write(piece, 0, chunked ? piece.length : count);
            call.sent(count);
            call.asked(scan.model());
            count = fromClient(body, buffer);
        }
        if (chunked) {
            upstream.write(Chunks.LAST, 0, Chunks.LAST.length);
        }
    }

    private byte[] head(RequestHead head, Body body, Optional<byte[]> held) {
        String target = Paths.upstream(terms.credential().base(), head.path(), head.query());
        StringBuilder text = new StringBuilder(head.method() + " " + target + " HTTP/1.1\r\n");
        text.append("Host: ").append(terms.upstream().authority()).append("\r\n");
        head.headers().passing(Forwarder::isForwarded).forEach(field -> append(text, field));
        terms.credential().keyHeader().ifPresent(field -> append(text, field));
        // Other encodings could not be metered.
        append(text, new Field("Accept-Encoding", "identity"));
        if (held.isPresent()) {
            append(text, new Field("Content-Length", Integer.toString(held.get().length)));
        } else if (body.length().isEmpty()) {
            append(text, new Field("Transfer-Encoding", "chunked"));
        } else if (!head.method().equals("GET") || !body.ended()) {
            append(text, new Field("Content-Length", Long.toString(body.length().getAsLong())));
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isForwarded(String name) {
        return !STRIPPED.contains(name) && !name.startsWith("x-forwarded-") && !name.startsWith("proxy-");
    }

    private static void append(StringBuilder text, Field field) {
        text.append(field.name()).append(": ").append(field.value()).append("\r\n");
    }

    private ResponseHead response(UpstreamConnection upstream) throws IOException {
        upstream.guard().within(terms.limits().silence());
        ResponseHead head = HeadReader.response(upstream.in());
        while (head.status() < 200 && head.status() != 101) {
            head = HeadReader.response(upstream.in());
        }
        return head;
    }

    private int fromClient(Body body, byte[] buffer) throws IOException {
        client.guard().within(terms.limits().bodyTime());
        try {
            return body.read(buffer);
        } catch (EOFException e) {
            throw new ClientGone(e);
        }
    }

    private Refused tooLarge() {
        return refused(413, "the body is larger than " + terms.limits().maxRequestBytes() + " bytes");
    }

    private Refused refused(int status, String message, Field... fields) {
        return new Refused(Answer.error(terms.provider(), status, message, fields));
    }
}
