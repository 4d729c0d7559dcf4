package pond.server.cli;

import org.jspecify.annotations.Nullable;

/**
 * A server and the token for it.
 *
 * @param token null: it comes from elsewhere
 */
record SavedContext(String server, @Nullable String token) {
    @Override
    public String toString() {
        return "SavedContext[" + server + (token == null ? "]" : ", with a token]");
    }
}
