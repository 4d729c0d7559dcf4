/**
 * The only way out of a sandboxed stage: a proxy in the worker, reached over a unix socket of the stage's own. Deny is
 * the default, names are judged before addresses, and every refusal is told to the client, the run's log and the
 * receipt. No connection is made to an address that {@link pond.worker.egress.AddressCheck} has not vetted. What is
 * inside TLS is not read, so a stage can still hand data to a host it may reach. Read
 * {@link pond.worker.egress.Tunnel} first.
 */
@NullMarked
package pond.worker.egress;

import org.jspecify.annotations.NullMarked;
