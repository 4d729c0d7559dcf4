package pond.server.http;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Something about the server that is well or is not.
 *
 * @param fault empty when all is well, else what is not, in words that any caller may read; called often, so quick
 */
public record ReadyCheck(String name, Supplier<Optional<String>> fault) {}
