package pond.worker.checkout;

/** How a stage gets a copy of a checkout that it may change, the best first. */
public enum CopyMethod {
    /** Not a copy but a view: the shared tree below, what the stage changes above it. Costs nothing per file. */
    OVERLAY("overlay"),
    /** Copies that share their blocks with the original until they are written. Costs a file each, no bytes. */
    REFLINK("reflink"),
    /** Every byte again. Works everywhere. */
    HARD("hard copy");

    private final String words;

    CopyMethod(String words) {
        this.words = words;
    }

    /** For people. */
    @Override
    public String toString() {
        return words;
    }
}
