package pond.server.errors;

/** The kinds of refusals that a caller can get. What HTTP makes of each is decided in one place, the {@code http} room. */
public enum ErrorCode {
    /** The body is not JSON, or a parameter has no meaning at all. */
    MALFORMED,
    /** No usable token. */
    UNAUTHENTICATED,
    /** Not with this token. */
    FORBIDDEN,
    /** There is nothing here, or nothing that this caller may know of. */
    NOT_FOUND,
    /** It was here, and was removed. */
    GONE,
    /** It contradicts something that is there already. */
    CONFLICT,
    /** Well-formed but not acceptable; problems say why. */
    INVALID,
    /** More bytes than are taken. */
    TOO_LARGE,
    /** The body did not arrive in the time that it may take. */
    TOO_SLOW,
    /** This caller or its project has all that it may have, for now. */
    LIMITED,
    /** Too much is waiting, or the server is about to stop: worth another try a little later. */
    UNAVAILABLE
}
