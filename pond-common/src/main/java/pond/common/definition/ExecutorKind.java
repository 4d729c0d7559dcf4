package pond.common.definition;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a stage can be; the words of the API. */
public enum ExecutorKind {
    /** Does nothing, in ticks: for trying a workflow out. */
    NOOP,
    /** An operation that pond brings along, on the checkout. */
    BUILTIN,
    /** A command. */
    SHELL,
    /** An AI coding agent. */
    SWARM,
    /** The implicit first stage that turns sources into a bundle; the server alone runs it and no definition names it. */
    FETCH;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
