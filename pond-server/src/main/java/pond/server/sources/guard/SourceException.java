package pond.server.sources.guard;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/**
 * Why a source could not be fetched. The message is fit for the client: it names the step, never what was found at an
 * address, a path of this host or a credential. It is an {@link IOException} so that it passes through the streams of
 * the git and archive libraries and can be found again with {@link #in}.
 */
public final class SourceException extends IOException {

    /** The codes that a client may see. */
    public enum Code {
        /** No answer, a broken transfer, or an error of the host. */
        SOURCE_UNREACHABLE,
        /** The rules on addresses or schemes forbid it. */
        SOURCE_REFUSED,
        /** The host wants a login, or another one. */
        SOURCE_AUTH_FAILED,
        /** The host, repository, ref, commit, file or folder does not exist. */
        SOURCE_NOT_FOUND,
        /** A cap on bytes or entries was reached. */
        SOURCE_TOO_LARGE,
        /** What came is damaged, of the wrong kind, or holds an entry that may not be in a checkout. */
        SOURCE_INVALID,
        /** The bytes are not those that {@code sha256} promises. */
        SOURCE_DIGEST_MISMATCH,
        /** The fetch was told to stop. */
        CANCELLED,
        /** The fetch's own deadline passed. */
        TIMEOUT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Code code;

    public SourceException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public SourceException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }

    /** The same failure with words in front that say where it happened. */
    public SourceException at(String place) {
        return new SourceException(code, place + ": " + getMessage(), this);
    }

    /** The failure of ours that a library has wrapped into its own, if there is one. */
    public static Optional<SourceException> in(Throwable thrown) {
        Throwable at = thrown;
        for (int hops = 0; at != null && hops < 20; hops++) {
            if (at instanceof SourceException ours) {
                return Optional.of(ours);
            }
            at = at.getCause();
        }
        return Optional.empty();
    }
}
