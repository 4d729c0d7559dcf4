package pond.worker.broker;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import pond.worker.broker.http.Body;
import pond.worker.broker.http.HeadReader;
import pond.worker.broker.http.Headers.Field;
import pond.worker.broker.http.HttpProblem;
import pond.worker.broker.http.RequestHead;
import pond.worker.broker.provider.Endpoint;

/** The requests of one connection, one after the other. For one thread. */
final class Exchange {
    private static final long DISCARD_BYTES = 64L * 1024 * 1024;
    private static final int MAX_TOLD = 200;

    private final Terms terms;
    private final Gate gate;
    private final ClientConnection client;

    Exchange(Terms terms, ClientConnection client) {
        this.terms = terms;
        this.gate = new Gate(terms);
        this.client = client;
    }

    /** Serves until the client or the broker ends the connection; returns after that, or throws what ended it. */
    void run() throws IOException {
        boolean more = true;
        while (more && !terms.closing().get()) {
            client.guard().within(terms.limits().idleTime());
            more = client.in().awaitByte() && next();
        }
    }

    private boolean next() throws IOException {
        client.guard().within(terms.limits().headTime());
        RequestHead head;
        Body body;
        try {
            head = HeadReader.request(client.in());
            body = Body.ofRequest(head.headers(), client.in());
        } catch (HttpProblem e) {
            terms.counts().refused().incrementAndGet();
            client.answer(Answer.error(terms.provider(), e.status(), e.reason()), false, true);
            return false;
        }
        boolean keep = !head.headers().hasWord("connection", "close");
        try {
            Optional<Answer> refusal = gate.refusal(head);
            Optional<Endpoint> endpoint = gate.endpoint(head);
            if (refusal.isPresent() || endpoint.isEmpty()) {
                refusal.ifPresent(answer ->
                        terms.signs().trouble("the broker answered " + answer.status() + " to " + told(head)));
                return refuse(head, body, keep, refusal.orElseThrow());
            }
            if (endpoint.get().local()) {
                client.answer(new Answer(200, List.of(), new byte[0]), keep && body.ended(), false);
                return keep && body.ended();
            }
            if (!terms.calls().tryAcquire()) {
                Answer busy = Answer.error(
                        terms.provider(), 429, "too many calls of this job at once", new Field("Retry-After", "1"));
                return refuse(head, body, keep, busy);
            }
            try {
                return new Forwarder(terms, gate, client).forward(head, endpoint.get(), body) && keep && body.ended();
            } finally {
                terms.calls().release();
            }
        } catch (Refused e) {
            return refuse(head, body, keep, e.answer());
        } catch (HttpProblem e) {
            return refuse(head, body, false, Answer.error(terms.provider(), e.status(), e.reason()));
        }
    }

    /** The agent chose this text: made printable and short. */
    private static String told(RequestHead head) {
        String text = (head.method() + " " + head.path()).replaceAll("[^ -~]", "?");
        return text.length() > MAX_TOLD ? text.substring(0, MAX_TOLD) : text;
    }

    private boolean refuse(RequestHead head, Body body, boolean keep, Answer answer) throws IOException {
        terms.counts().refused().incrementAndGet();
        terms.say("model request refused: " + answer.status() + " to " + told(head));
        boolean open = keep && body.ended() && answer.status() != 426;
        client.answer(answer, open, !head.method().equals("HEAD"));
        if (!body.ended()) {
            client.discard(body, DISCARD_BYTES);
        }
        return open;
    }
}
