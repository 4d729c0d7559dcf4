package pond.server.http;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * One reason why the server might not be ready to serve.
 *
 * @param fault empty when all is well, else what is wrong in words that any caller may read; called often, so quick
 */
public record ReadyCheck(String name, Supplier<Optional<String>> fault) {}
