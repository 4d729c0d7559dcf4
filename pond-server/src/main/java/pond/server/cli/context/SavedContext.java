package pond.server.cli.context;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A server and the token for it.
 *
 * @param token null: it comes from elsewhere
 */
public record SavedContext(String server, @Nullable String token) {
    public SavedContext {
        Objects.requireNonNull(server, "a context names its server");
    }

    @Override
    public String toString() {
        return "SavedContext[" + server + (token == null ? "]" : ", with a token]");
    }
}
