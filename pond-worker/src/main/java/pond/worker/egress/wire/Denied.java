package pond.worker.egress.wire;

import java.io.IOException;
import java.util.Optional;

/**
 * The proxy will not do what was asked. The subject is {@code host:port} as far as it was understood; it and the reason
 * are printable ASCII and short, whatever the client sent.
 */
public final class Denied extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_SUBJECT = 100;

    private final int status;
    private final String subject;
    private final String reason;
    private final Optional<String> advice;

    private Denied(int status, String subject, String reason, Optional<String> advice) {
        super(subject + " (" + reason + ")", null);
        this.status = status;
        this.subject = subject;
        this.reason = reason;
        this.advice = advice;
    }

    /** What cannot be understood, or only in more than one way. */
    public static Denied malformed(String subject, String reason) {
        return new Denied(400, printable(subject), printable(reason), Optional.empty());
    }

    /** A host that is understood and not allowed. */
    public static Denied forbidden(Target target, String reason) {
        return new Denied(403, target.toString(), printable(reason), Optional.empty());
    }

    /** The same, with what would help. */
    public static Denied forbidden(Target target, String reason, String advice) {
        return new Denied(403, target.toString(), printable(reason), Optional.of(advice));
    }

    private static String printable(String text) {
        String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() <= MAX_SUBJECT ? plain : plain.substring(0, MAX_SUBJECT) + "...";
    }

    public int status() {
        return status;
    }

    /** Why, in a few words. */
    public String reason() {
        return reason;
    }

    /** As a run's log and the receipt of its stage name it. */
    public String line() {
        return "egress: " + subject + " (" + reason + ")";
    }

    /** The answer's body. */
    public String body() {
        return "pond-egress: " + subject + " denied (" + reason + ")"
                + advice.map(text -> "; " + text).orElse("") + "\n";
    }
}
