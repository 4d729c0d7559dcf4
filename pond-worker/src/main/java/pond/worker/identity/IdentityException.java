package pond.worker.identity;

/** The identity in a state folder cannot be used; the message is one line for the operator and says what to do. */
public final class IdentityException extends Exception {
    public IdentityException(String message) {
        super(message);
    }
}
