package pond.server.sources;

import java.nio.file.Path;
import pond.server.sources.guard.FetchScope;

/** What the fetch of one source works with: a folder for temporary files, the log, and the signal to stop. */
record FetchStep(Path temp, FetchLog log, FetchScope scope) {}
