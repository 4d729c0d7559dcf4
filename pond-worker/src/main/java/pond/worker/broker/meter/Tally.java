package pond.worker.broker.meter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an answer has told so far. What comes later replaces what came before, so a figure told twice counts once. */
final class Tally {
    private @Nullable Tokens tokens;
    private @Nullable String model;
    private @Nullable String answerId;
    private @Nullable String error;
    private boolean last;

    void set(Tokens counted) {
        tokens = counted;
    }

    void model(Optional<String> name) {
        name.ifPresent(value -> model = value);
    }

    void answerId(Optional<String> id) {
        id.ifPresent(value -> answerId = value);
    }

    /** An error that the answer carries: its type or code, else that there was one. */
    void error(Optional<JsonNode> node) {
        node.ifPresent(value -> {
            JsonNode kind = value.hasNonNull("type") ? value.path("type") : value.path("status");
            error = kind.isTextual() ? kind.asText() : value.path("code").asText("error");
        });
    }

    /** The counts are final, whatever follows. */
    void last() {
        last = true;
    }

    Optional<Tokens> tokens() {
        return Optional.ofNullable(tokens);
    }

    Optional<String> model() {
        return Optional.ofNullable(model);
    }

    Optional<String> answerId() {
        return Optional.ofNullable(answerId);
    }

    Optional<String> error() {
        return Optional.ofNullable(error);
    }

    boolean isLast() {
        return last;
    }
}
