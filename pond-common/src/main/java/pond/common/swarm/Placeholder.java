package pond.common.swarm;

import java.util.Optional;

/** What the texts of a harness may have filled in. */
public enum Placeholder {
    /** The model's name at its provider; filled when the stage is dispatched. */
    MODEL,
    /** Where the agent finds its model, as {@code http://127.0.0.1:PORT}, no slash and no {@code /v1} at the end. */
    BROKER_URL,
    /** A long key of no value, which the broker replaces with the real one. */
    DUMMY_KEY,
    /** The stage's prompt, for programs that do not read it from standard input; in the command only. */
    PROMPT,
    /** A secret of the credential, as {@code SECRET:NAME}; in files only, and never on a confined profile. */
    SECRET;

    private static final String SECRET_PREFIX = "SECRET:";

    /** Which one a name between braces is; empty when it is none of them. */
    public static Optional<Placeholder> of(String name) {
        if (secret(name).isPresent()) {
            return Optional.of(SECRET);
        }
        for (Placeholder placeholder : values()) {
            if (placeholder != SECRET && placeholder.name().equals(name)) {
                return Optional.of(placeholder);
            }
        }
        return Optional.empty();
    }

    /** The {@code NAME} of a {@code SECRET:NAME}. */
    public static Optional<String> secret(String name) {
        return name.startsWith(SECRET_PREFIX) ? Optional.of(name.substring(SECRET_PREFIX.length())) : Optional.empty();
    }
}
