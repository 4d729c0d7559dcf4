package pond.server.http;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * One reason why the server might not be ready to serve, or something that whoever looks should know.
 *
 * @param fault empty when all is well, else what is not, in words that any caller may read; called often, so quick
 * @param informs whether the server is ready all the same
 */
public record ReadyCheck(String name, Supplier<Optional<String>> fault, boolean informs) {
    /** One that the server is not ready without. */
    public ReadyCheck(String name, Supplier<Optional<String>> fault) {
        this(name, fault, false);
    }
}
