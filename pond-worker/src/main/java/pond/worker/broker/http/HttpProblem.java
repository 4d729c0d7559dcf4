package pond.worker.broker.http;

import java.io.IOException;

/** A message that is not as HTTP/1.1 has it, or is larger than allowed. The text is fit for the sender's eyes. */
public final class HttpProblem extends IOException {
    private final int status;
    private final String reason;

    /** A problem with the status that a server answers it with. */
    public HttpProblem(int status, String message) {
        super(message);
        this.status = status;
        this.reason = message;
    }

    public String reason() {
        return reason;
    }

    public int status() {
        return status;
    }
}
