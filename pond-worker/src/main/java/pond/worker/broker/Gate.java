package pond.worker.broker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import pond.worker.broker.http.Headers.Field;
import pond.worker.broker.http.RequestHead;
import pond.worker.broker.provider.Endpoint;

/** Decides by its head whether a request may go on. Threads may share it. */
final class Gate {
    private final Terms terms;

    Gate(Terms terms) {
        this.terms = terms;
    }

    /** The answer to a request that goes no further; empty when it may. */
    Optional<Answer> refusal(RequestHead head) {
        if (head.headers().first("upgrade").isPresent()) {
            boolean webSocket = head.headers().hasWord("upgrade", "websocket");
            return webSocket
                    ? refuse(426, "no WebSocket here: use plain HTTP", new Field("Upgrade", "HTTP/1.1"))
                    : refuse(400, "no upgrade of the protocol here");
        }
        if (head.method().equals("CONNECT")) {
            return refuse(405, "CONNECT is not served here");
        }
        Optional<String> problem = Paths.problem(head.target());
        if (problem.isPresent()) {
            return refuse(400, problem.get());
        }
        if (head.headers()
                .first("expect")
                .filter(value -> !value.equalsIgnoreCase("100-continue"))
                .isPresent()) {
            return refuse(417, "nothing but 100-continue can be expected here");
        }
        Optional<Endpoint> endpoint = endpoint(head);
        if (endpoint.filter(Endpoint::local).isPresent()) {
            return Optional.empty();
        }
        if (!presentsKey(head)) {
            return refuse(401, "this job's key is missing or wrong");
        }
        if (endpoint.isEmpty()) {
            return refuse(
                    404,
                    head.method() + " " + head.path() + " is not forwarded to "
                            + terms.provider().name());
        }
        Optional<String> usedUp =
                endpoint.get().format().flatMap(format -> terms.spending().usedUp());
        if (usedUp.isPresent()) {
            return refuse(402, usedUp.get());
        }
        return endpoint.get().model().flatMap(this::otherModel);
    }

    Optional<Endpoint> endpoint(RequestHead head) {
        return terms.provider().endpoint(head.method(), head.path());
    }

    /** The answer to a request for a model that is not the job's. */
    Optional<Answer> otherModel(String model) {
        return terms.job().models().isEmpty() || terms.job().models().contains(model)
                ? Optional.empty()
                : refuse(403, "model '" + model + "' is not this job's");
    }

    private boolean presentsKey(RequestHead head) {
        List<String> keys = terms.provider().presentedKeys(head);
        byte[] right = terms.dummyKey().getBytes(StandardCharsets.UTF_8);
        return !keys.isEmpty()
                && keys.stream().allMatch(key -> MessageDigest.isEqual(key.getBytes(StandardCharsets.UTF_8), right));
    }

    private Optional<Answer> refuse(int status, String message, Field... fields) {
        return Optional.of(Answer.error(terms.provider(), status, message, fields));
    }
}
