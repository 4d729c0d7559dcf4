package pond.worker.sandbox.bubblewrap;

/** How a stage sees its checkout. */
public enum CheckoutMount {
    /** As fetched; writing fails. */
    READ_ONLY,
    /** Writable, and thrown away: what is kept of it is collected, nothing of it reaches another stage. */
    WRITABLE
}
