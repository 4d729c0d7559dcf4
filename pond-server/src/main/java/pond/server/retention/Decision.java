package pond.server.retention;

/** That something of a run is to go. */
record Decision(StoredRun run, Removal removal) {
    long logBytes() {
        return removal.log() ? run.logBytes() : 0;
    }

    long artifactBytes() {
        return removal.artifacts() ? run.artifactBytes() : 0;
    }
}
