package pond.common.protocol;

/** The server refuses a call; repeating the same call would be refused again, save for {@link Refusal#BUSY}. */
public final class ProtocolException extends RuntimeException {
    private final Refusal refusal;

    public ProtocolException(Refusal refusal, String message) {
        super(message);
        this.refusal = refusal;
    }

    /** Why; decides what the worker does next. */
    public Refusal refusal() {
        return refusal;
    }
}
