package pond.worker.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values that a command was given and nobody else is to see. What it prints is masked with them: each place where one of
 * them stands, in one of the {@link SecretForms}, becomes {@value #MASK}. Immutable; safe for use by several threads.
 *
 * <p>A value shorter than {@value #SHORTEST} characters, blanks around it not counted, is not masked: it would be found
 * all over, and each place would tell where to look for it.
 */
public final class Secrets {
    /** For commands that were given none. */
    public static final Secrets NONE = new Secrets(List.of());

    /** What stands in the place of a secret. */
    public static final String MASK = "***";

    static final int SHORTEST = 6;

    private final int count;
    private final @Nullable PatternTree patterns;

    private Secrets(List<String> values) {
        this.count = values.size();
        this.patterns = values.isEmpty() ? null : PatternTree.of(SecretForms.of(values));
    }

    /** Secrets with these values; those that are too short are left out. */
    public static Secrets of(Collection<String> values) {
        List<String> usable = values.stream()
                .map(String::strip)
                .filter(value -> value.length() >= SHORTEST)
                .distinct()
                .toList();
        return usable.isEmpty() ? NONE : new Secrets(usable);
    }

    /** The text with all secrets in it masked. */
    public String mask(String text) {
        return masker().map(masker -> {
                    masker.accept(text.getBytes(StandardCharsets.UTF_8));
                    masker.finish();
                    return masker.places() == 0 ? text : new String(masker.take(), StandardCharsets.UTF_8);
                })
                .orElse(text);
    }

    /** A masker for one stream of bytes; empty when there is nothing to mask. */
    Optional<Masker> masker() {
        return Optional.ofNullable(patterns).map(Masker::new);
    }

    /** How many there are, and none of them. */
    @Override
    public String toString() {
        return count + " secrets";
    }
}
