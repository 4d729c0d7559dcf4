package pond.worker.executors.swarm;

import java.io.Serial;

/** An agent's stage fails. The message is fit for a client's eyes and holds no secret. */
public final class SwarmFailure extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final String code;

    public SwarmFailure(String code, String message) {
        super(message);
        this.code = code;
    }

    /** Names the step, such as {@code no_result_block}. */
    public String code() {
        return code;
    }

    /** The message, which is always there. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
