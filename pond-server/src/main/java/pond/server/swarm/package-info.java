/**
 * What the swarm stages of runs are started with. The invariant: harness and model of a stage are those of the moment at
 * which its turn came first, whatever operators change later. Read {@link pond.server.swarm.FrozenInvocations} first.
 */
@NullMarked
package pond.server.swarm;

import org.jspecify.annotations.NullMarked;
