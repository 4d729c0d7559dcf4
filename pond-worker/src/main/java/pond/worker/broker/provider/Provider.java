package pond.worker.broker.provider;

import java.util.List;
import java.util.Optional;
import pond.worker.broker.http.Headers;
import pond.worker.broker.http.RequestHead;

/** A provider of models. Stateless; threads may share it. */
public interface Provider {
    /** Who it is: its name, where it is reached and what a credential calls its parts are said there alone. */
    pond.common.swarm.Provider kind();

    default String name() {
        return kind().toString();
    }

    /** What a request is for; empty when it is not forwarded. */
    Optional<Endpoint> endpoint(String method, String path);

    /** The keys that a request presents, in the places where this provider looks for one. */
    List<String> presentedKeys(RequestHead head);

    /** The header that carries the key upstream. */
    Headers.Field keyHeader(String key);

    /** An error's body, JSON, as this provider's clients understand it. */
    String error(int status, String message);

    /** The token behind {@code Bearer}, if there is one. */
    static List<String> bearers(RequestHead head) {
        return head.headers().all("authorization").stream()
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip())
                .toList();
    }
}
