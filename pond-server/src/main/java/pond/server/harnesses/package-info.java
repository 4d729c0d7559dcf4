/**
 * How agent programs are started, and recipes for well-known ones. The invariant: whatever is kept here has passed {@link
 * pond.common.swarm.HarnessRules}, a preset like anything else. Read {@link pond.server.harnesses.Harnesses} first.
 */
@NullMarked
package pond.server.harnesses;

import org.jspecify.annotations.NullMarked;
