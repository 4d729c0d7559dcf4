/**
 * The life of a worker: it attaches, takes jobs while slots are free, keeps their leases, runs them and brings what they
 * leave behind to the server. It knows {@link pond.common.protocol.WorkerProtocol} and not how it travels.
 *
 * <p>The invariant: a job whose lease may have ended is no longer running, and nothing more is said about it; any other
 * job ends with exactly one {@code complete}. Read {@link pond.worker.runtime.StageRunner} first, then
 * {@link pond.worker.runtime.Worker}.
 */
@NullMarked
package pond.worker.runtime;

import org.jspecify.annotations.NullMarked;
