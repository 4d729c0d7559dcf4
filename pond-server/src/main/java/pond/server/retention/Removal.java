package pond.server.retention;

/** What is to go of a run. */
enum Removal {
    NOTHING,
    LOG,
    ARTIFACTS,
    /** Log and artifacts. */
    DATA,
    /** All of it. */
    RUN;

    static Removal of(boolean log, boolean artifacts) {
        if (log) {
            return artifacts ? DATA : LOG;
        }
        return artifacts ? ARTIFACTS : NOTHING;
    }

    boolean log() {
        return this == LOG || this == DATA || this == RUN;
    }

    boolean artifacts() {
        return this == ARTIFACTS || this == DATA || this == RUN;
    }
}
