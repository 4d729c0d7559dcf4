/**
 * How much the server takes, from everybody, from a project, from an address. The invariant: nothing here keeps a counter
 * that could be out of step with what it counts; room is asked of the disk, and what a project has of the rows. Read
 * {@link pond.server.limits.DiskSpace} first, then {@link pond.server.limits.ProjectLimits}.
 */
@NullMarked
package pond.server.limits;

import org.jspecify.annotations.NullMarked;
