/**
 * What would stop a run from running well, said before it is created. Submit and the dry run take the same way
 * through {@link pond.server.preflight.PreflightService}, so that they cannot disagree.
 */
@NullMarked
package pond.server.preflight;

import org.jspecify.annotations.NullMarked;
