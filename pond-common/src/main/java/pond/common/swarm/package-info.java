/**
 * What an operator registers for agents and a worker acts on: how an agent program is started, with which model, at which
 * price. The invariant: a text is filled once, so that what came from an agent or a caller is never read for placeholders.
 * Read {@link pond.common.swarm.HarnessSpec} first, then {@link pond.common.swarm.Template}.
 */
@NullMarked
package pond.common.swarm;

import org.jspecify.annotations.NullMarked;
