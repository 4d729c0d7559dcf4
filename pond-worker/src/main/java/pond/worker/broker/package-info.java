/**
 * The way from an agent to its model: a reverse proxy, one for each job, on a unix socket that only this job's sandbox can
 * reach. It adds the real key on the way up, counts what every answer used on the way down, and ends it when the budget is
 * used up. It streams, never retries, and forwards only what its providers list.
 *
 * <p>The invariant: the key is never in anything that the sandbox can see or that is logged, and every call that went to
 * the provider leaves one record, whatever became of it. Read {@link pond.worker.broker.Broker} first, then {@code Exchange}
 * and {@code Forwarder}.
 */
@NullMarked
package pond.worker.broker;

import org.jspecify.annotations.NullMarked;
