/**
 * What the model calls of a run used and cost. The invariant: a call that a worker reports twice is counted once. Read
 * {@link pond.server.usage.UsageService} first.
 */
@NullMarked
package pond.server.usage;

import org.jspecify.annotations.NullMarked;
