package pond.worker.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import pond.worker.broker.http.Body;
import pond.worker.broker.http.Headers.Field;
import pond.worker.broker.http.ResponseHead;
import pond.worker.broker.meter.Gunzip;

/**
 * Passes one answer on: each piece is counted first, then written, so a client that leaves after what it wanted to hear does
 * not take the count with it. For one thread and one answer.
 */
final class Relay {
    private static final int BUFFER = 16 * 1024;
    private static final int MAX_ERROR = 256 * 1024;
    private static final Set<String> PASSED = Set.of(
            "content-type",
            "content-encoding",
            "cache-control",
            "date",
            "retry-after",
            "retry-after-ms",
            "request-id",
            "x-request-id",
            "x-should-retry",
            "openai-processing-ms",
            "openai-version",
            "openai-model");

    private final Terms terms;
    private final ClientConnection client;
    private final Call call;
    private final UpstreamConnection upstream;
    private boolean clientFit = true;

    Relay(Terms terms, ClientConnection client, Call call, UpstreamConnection upstream) {
        this.terms = terms;
        this.client = client;
        this.call = call;
        this.upstream = upstream;
    }

    /** Whether the client has a whole answer and its connection can carry another one. */
    boolean clientFit() {
        return clientFit;
    }

    /**
     * Passes the answer on; whether the connection to the provider can be used again.
     *
     * @param dropUsage whether the client did not ask for the usage that will come
     */
    boolean pass(ResponseHead head, boolean dropUsage) throws IOException, Refused {
        int status = head.status();
        call.status(status);
        call.requestId(
                head.headers().first("request-id").or(() -> head.headers().first("x-request-id")));
        if (status == 401 || status == 403) {
            terms.say("the provider rejected the credential: " + status);
            throw new Refused(Answer.text(502, "broker_credentials_rejected\n"));
        }
        if (status < 200 || status / 100 == 3) {
            throw new Refused(
                    Answer.error(terms.provider(), 502, "the provider answered " + status + ", which is not followed"));
        }
        List<Field> fields = head.headers().passing(Relay::isShown).stream()
                .filter(field -> !terms.credential().isIn(field.value()))
                .toList();
        Body body = Body.ofResponse(head, upstream.in());
        return status >= 400 ? error(head, fields, body) : success(head, fields, body, dropUsage);
    }

    /** Errors are small and some servers repeat in them what they were sent, so they are read whole and cleaned. */
    private boolean error(ResponseHead head, List<Field> fields, Body body) throws IOException, Refused {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER];
        String encoding = encoding(head);
        try (Gunzip gunzip = new Gunzip((bytes, from, length) -> keep(whole, bytes, from, length))) {
            int count = fromProvider(body, buffer);
            while (count >= 0 && whole.size() < MAX_ERROR) {
                if (encoding.equals("gzip")) {
                    gunzip.feed(buffer, 0, count);
                } else {
                    keep(whole, buffer, 0, count);
                }
                count = fromProvider(body, buffer);
            }
        } catch (IOException e) {
            // What came of the error is better than another one in its place.
            terms.say("the provider's error answer was cut: " + head.status());
        }
        if (!encoding.equals("identity") && !encoding.equals("gzip")) {
            throw new Refused(Answer.error(terms.provider(), head.status(), "the provider answered " + head.status()));
        }
        List<Field> plain = fields.stream()
                .filter(field -> !field.lowerName().equals("content-encoding"))
                .toList();
        byte[] cleaned = terms.credential().hiddenIn(whole.toByteArray());
        client.answer(new Answer(head.status(), plain, cleaned), true, true);
        return body.ended() && !body.endsConnection();
    }

    private static void keep(ByteArrayOutputStream whole, byte[] bytes, int from, int length) {
        whole.write(bytes, from, Math.max(0, Math.min(length, MAX_ERROR - whole.size())));
    }

    private boolean success(ResponseHead head, List<Field> fields, Body body, boolean dropUsage) throws IOException {
        boolean streamed = head.headers()
                .first("content-type")
                .filter(type -> type.toLowerCase(Locale.ROOT).startsWith("text/event-stream"))
                .isPresent();
        String encoding = encoding(head);
        boolean dropping = dropUsage && streamed && encoding.equals("identity");
        call.answering(streamed, encoding.equals("gzip"));
        Writing writing = new Writing(client, body.length().isPresent() && !dropping, dropping);
        boolean clean = false;
        try {
            tell(() -> writing.head(head.status(), fields, body.length()));
            clean = pump(body, writing);
        } catch (IOException e) {
            // A part of an event that was held back is the client's all the same.
            tell(writing::flush);
            terms.say("the provider's answer was cut" + (upstream.guard().expired() ? ": it fell silent" : ""));
        } finally {
            call.ended(clean);
        }
        if (clean && clientFit) {
            tell(writing::end);
        }
        clientFit &= clean;
        return clean && body.ended() && !body.endsConnection();
    }

    /** Whether the answer was read to its end. */
    private boolean pump(Body body, Writing writing) throws IOException {
        byte[] buffer = new byte[BUFFER];
        int count = fromProvider(body, buffer);
        while (count >= 0) {
            int at = 0;
            while (at < count) {
                int from = at;
                int taken = call.feed(buffer, from, count - from);
                at += taken;
                if (writing.dropping()) {
                    boolean extra = call.usageOnly();
                    boolean ended = call.eventEnded();
                    tell(() -> writing.event(buffer, from, taken, ended, extra));
                }
            }
            if (!writing.dropping()) {
                int all = count;
                tell(() -> writing.piece(buffer, 0, all));
            }
            if (!clientFit && call.settled()) {
                return false;
            }
            count = fromProvider(body, buffer);
        }
        return true;
    }

    private interface Told {
        void run() throws IOException;
    }

    /** Writes to the client while it is there. Once it has gone the rest is only counted, for a while. */
    private void tell(Told told) throws IOException {
        if (!clientFit) {
            return;
        }
        try {
            client.guard().within(terms.limits().silence());
            told.run();
        } catch (ClientGone e) {
            clientFit = false;
            upstream.guard().cap(terms.limits().drainTime());
        }
    }

    private int fromProvider(Body body, byte[] buffer) throws IOException {
        upstream.guard().within(terms.limits().silence());
        int count = body.read(buffer);
        upstream.guard().rest();
        return count;
    }

    private static boolean isShown(String name) {
        return PASSED.contains(name) || name.startsWith("x-ratelimit-") || name.startsWith("anthropic-ratelimit-");
    }

    private static String encoding(ResponseHead head) {
        return head.headers().first("content-encoding").orElse("identity").toLowerCase(Locale.ROOT);
    }
}
