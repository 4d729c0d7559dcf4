package pond.common.swarm;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The providers that the broker knows, and what a credential of each calls its parts. Other providers may be registered,
 * but no confined stage can use them.
 */
public enum Provider {
    ANTHROPIC("anthropic", "https://api.anthropic.com", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
    OPENAI("openai", "https://api.openai.com", "OPENAI_BASE_URL", "OPENAI_API_KEY"),
    GEMINI("gemini", "https://generativelanguage.googleapis.com", "GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY"),
    /** Anything that speaks Chat Completions; it has no address of its own, and may do without a key. */
    OPENAI_COMPATIBLE("openai-compatible", "", "OPENAI_BASE_URL", "OPENAI_API_KEY");

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    private final String word;
    private final String baseUrl;
    private final String baseUrlName;
    private final String keyName;

    Provider(String word, String baseUrl, String baseUrlName, String keyName) {
        this.word = word;
        this.baseUrl = baseUrl;
        this.baseUrlName = baseUrlName;
        this.keyName = keyName;
    }

    /** The provider of that name; empty for one that the broker does not know. */
    public static Optional<Provider> of(String word) {
        return List.of(values()).stream()
                .filter(provider -> provider.word.equals(word))
                .findFirst();
    }

    /** Whether a text could name a provider, known or not. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Where it is reached when the credential's {@code env} does not say; empty when the credential must say. */
    public Optional<String> baseUrl() {
        return baseUrl.isEmpty() ? Optional.empty() : Optional.of(baseUrl);
    }

    /** The entry of a credential's {@code env} that says where it is reached. */
    public String baseUrlName() {
        return baseUrlName;
    }

    /** What its key is called when a credential has several secrets. */
    public String keyName() {
        return keyName;
    }

    /** Which of a credential's secrets is the key: the only one, or the one of that name. */
    public Optional<String> key(Collection<String> secrets) {
        return secrets.size() == 1
                ? secrets.stream().findFirst()
                : secrets.stream().filter(keyName::equals).findFirst();
    }

    @Override
    public String toString() {
        return word;
    }
}
