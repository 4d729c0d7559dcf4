/**
 * The server's side of the worker protocol. Everything that a worker can do to a run goes through
 * {@link pond.server.workerapi.WorkerProtocolService}, whichever way the call came.
 */
@NullMarked
package pond.server.workerapi;

import org.jspecify.annotations.NullMarked;
