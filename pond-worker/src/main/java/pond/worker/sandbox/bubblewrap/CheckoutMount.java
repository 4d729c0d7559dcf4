package pond.worker.sandbox.bubblewrap;

/** How a stage sees its checkout. */
public enum CheckoutMount {
    /** As fetched; writing fails. */
    READ_ONLY,
    /** Writable, and the stage's own: what it keeps is collected from there. */
    OWN,
    /** Writable, and thrown away: nothing of it may reach another stage or the worker. */
    THROWAWAY_COPY
}
