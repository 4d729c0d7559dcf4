package pond.server.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A server and the token for it.
 *
 * @param token null: it comes from elsewhere
 */
record SavedContext(String server, @Nullable String token) {
    SavedContext {
        Objects.requireNonNull(server, "a context names its server");
    }

    @Override
    public String toString() {
        return "SavedContext[" + server + (token == null ? "]" : ", with a token]");
    }
}
