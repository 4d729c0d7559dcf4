package pond.worker.broker.provider;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The providers that there are. */
public final class Providers {
    private static final List<Provider> ALL = List.of(
            new AnthropicProvider(), new OpenAiProvider(), new GeminiProvider(), new OpenAiCompatibleProvider());

    private Providers() {}

    public static Optional<Provider> named(String name) {
        return ALL.stream().filter(provider -> provider.name().equals(name)).findFirst();
    }

    /** The names that {@link #named} knows, for a message. */
    public static String names() {
        return ALL.stream().map(Provider::name).collect(Collectors.joining(", "));
    }
}
