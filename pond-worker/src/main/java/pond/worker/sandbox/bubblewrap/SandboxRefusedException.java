package pond.worker.sandbox.bubblewrap;

import java.io.Serial;

/** A stage asks for a sandbox that this worker does not give. The message is fit for a client's eyes. */
public final class SandboxRefusedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final String code;

    public SandboxRefusedException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The block asks for something that no bubblewrap sandbox has. */
    static SandboxRefusedException invalid(String message) {
        return new SandboxRefusedException("sandbox_invalid", message);
    }

    /** Another worker might do it. */
    static SandboxRefusedException unavailable(String message) {
        return new SandboxRefusedException("sandbox_unavailable", message);
    }

    /** A problem code, such as {@code sandbox_unavailable}. */
    public String code() {
        return code;
    }
}
