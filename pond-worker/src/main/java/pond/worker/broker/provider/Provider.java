package pond.worker.broker.provider;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import pond.worker.broker.http.Headers;
import pond.worker.broker.http.RequestHead;

/** A provider of models. Stateless; threads may share it. */
public interface Provider {
    List<Provider> ALL = List.of(
            new AnthropicProvider(), new OpenAiProvider(), new GeminiProvider(), new OpenAiCompatibleProvider());

    static Optional<Provider> named(String name) {
        return ALL.stream().filter(provider -> provider.name().equals(name)).findFirst();
    }

    /** The names that {@link #named} knows, for a message. */
    static String names() {
        return ALL.stream().map(Provider::name).collect(Collectors.joining(", "));
    }

    String name();

    /** Where calls go when the credential does not say; empty when it must. */
    Optional<URI> defaultBase();

    /** The credential's variables that may hold the base address, the first that is set counts. */
    List<String> baseNames();

    /** The credential's secrets that may hold the key, likewise. */
    List<String> keyNames();

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
