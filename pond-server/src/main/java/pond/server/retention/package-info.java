/**
 * Keeps the state folder small: what has ended is removed when it is old, or when its project has too much. The invariant:
 * nothing of a run is removed that has not ended, that somebody is still to be told of, or that a live re-run was made from;
 * and a crash leaves only what has no owner, which sweeps find. Read {@link pond.server.retention.RetentionPolicy} first,
 * then {@link pond.server.retention.RetentionService}.
 */
@NullMarked
package pond.server.retention;

import org.jspecify.annotations.NullMarked;
