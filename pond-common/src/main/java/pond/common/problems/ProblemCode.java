package pond.common.problems;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The codes that a caller may find in a list of problems, each with the weight it has there. */
public enum ProblemCode {
    /** A field of the body that belongs to no stage. */
    REQUEST_INVALID(Severity.ERROR),
    /** Stages and edges: keys, order, retry, durations. */
    DEFINITION_INVALID(Severity.ERROR),
    /** A field of an executor. */
    EXECUTOR_INVALID(Severity.ERROR),
    /** A {@code builtin} stage names an operation that pond does not have. */
    BUILTIN_UNKNOWN(Severity.ERROR),
    /** A source's label, kind or config. */
    SOURCE_INVALID(Severity.ERROR),
    /** A sandbox block that is missing where one is needed, or that cannot be. */
    SANDBOX_INVALID(Severity.ERROR),
    /** The stage would run unconfined where this server does not allow it. */
    SANDBOX_REQUIRED(Severity.ERROR),
    /** A service token needs a {@code projectId}. */
    PROJECT_REQUIRED(Severity.ERROR),
    /** A label that this server demands on every run is not there. */
    LABELS_MISSING(Severity.ERROR),
    /** Whom to tell of the end of a run: a field of it, or an address that this server does not send to. */
    CALLBACK_INVALID(Severity.ERROR),
    /** The disk of the server is nearly full, and what is left is kept for the runs that it has. */
    DISK_LOW(Severity.ERROR),
    /** The disk of the server is full, or takes no more for another reason. */
    DISK_FULL(Severity.ERROR),
    /** The project has as many queued runs as it may have. */
    PROJECT_QUEUE_FULL(Severity.ERROR),
    /** The artifacts and logs of the project take as many bytes as they may. */
    PROJECT_FULL(Severity.ERROR),
    /** Too many calls without a good token came from this address. */
    TOO_MANY_FAILURES(Severity.ERROR),
    /** No attached worker can serve the stage now. */
    NO_CAPABLE_WORKER(Severity.WARNING),
    /** The stage runs as a plain subprocess of the worker. */
    UNCONFINED_SANDBOX(Severity.WARNING),
    /** The stage names a harness that is not registered. */
    HARNESS_UNKNOWN(Severity.WARNING),
    /** The stage names a model that is not registered. */
    MODEL_UNKNOWN(Severity.WARNING);

    private final Severity severity;

    ProblemCode(Severity severity) {
        this.severity = severity;
    }

    /** The weight of a problem with this code. */
    public Severity severity() {
        return severity;
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
