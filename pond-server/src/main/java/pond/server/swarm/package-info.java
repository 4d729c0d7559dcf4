/**
 * What the swarm stages of runs are started with, what they may use, and what a worker's signature under their end is worth.
 * The invariant: harness and model of a stage are those of the moment at which its turn came first, whatever operators
 * change later. A stage with a fan-out has {@link pond.server.swarm.Substages}, one for each area. Read
 * {@link pond.server.swarm.FrozenInvocations} first.
 */
@NullMarked
package pond.server.swarm;

import org.jspecify.annotations.NullMarked;
