/**
 * What runs inside a sandbox without a network, so that a port on 127.0.0.1 leads to a unix socket of the worker. A
 * relay holds no secret and decides nothing: whoever breaks it hurts only the stage. Read
 * {@link pond.worker.egress.relay.Relay} first.
 */
@NullMarked
package pond.worker.egress.relay;

import org.jspecify.annotations.NullMarked;
