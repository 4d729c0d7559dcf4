/**
 * The log of each run: lines come in numbered batches, are stored as chunks in a database of their own, and are read by
 * an id that grows by one from line to line. The invariant: a line whose number was acknowledged is on disk exactly once,
 * and the lines of a job keep their order. Read {@link pond.server.logs.LogService} first, then
 * {@link pond.server.logs.LogTail}, which decides when a reader has seen everything.
 */
@NullMarked
package pond.server.logs;

import org.jspecify.annotations.NullMarked;
