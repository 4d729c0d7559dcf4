/**
 * Runs: submitting, reading, listing, cancelling, re-running. What was submitted is a snapshot that never changes; how far it has
 * come is a row with a version that grows with every change. Decisions about what runs next are made in the
 * dispatch room, behind the port {@link pond.server.runs.RunFlow}. Read {@link pond.server.runs.RunService} first.
 */
@NullMarked
package pond.server.runs;

import org.jspecify.annotations.NullMarked;
