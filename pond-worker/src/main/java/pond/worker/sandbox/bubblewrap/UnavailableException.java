package pond.worker.sandbox.bubblewrap;

import java.io.Serial;

/** This machine cannot run sandboxes as they are meant to be. */
final class UnavailableException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final String code;
    private final String text;
    private final String remedy;

    UnavailableException(String code, String text, String remedy) {
        super(text);
        this.code = code;
        this.text = text;
        this.remedy = remedy;
    }

    Probe.Unavailable result() {
        return new Probe.Unavailable(code, text, remedy);
    }
}
