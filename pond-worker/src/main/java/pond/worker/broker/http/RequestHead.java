package pond.worker.broker.http;

import java.util.Optional;

/**
 * The head of a request.
 *
 * @param target as it stood in the request line
 */
public record RequestHead(String method, String target, Headers headers) {
    /** The target up to the question mark. */
    public String path() {
        int mark = target.indexOf('?');
        return mark < 0 ? target : target.substring(0, mark);
    }

    /** The target behind the question mark. */
    public Optional<String> query() {
        int mark = target.indexOf('?');
        return mark < 0 ? Optional.empty() : Optional.of(target.substring(mark + 1));
    }
}
