/**
 * The files that stages leave behind: bytes in files named by their digest, names in rows. The invariant: a row's bytes
 * are on disk and equal its digest, and a name is visible only once the job that produced it has ended. Read
 * {@link pond.server.artifacts.ArtifactService} first, then {@link pond.server.artifacts.ArtifactFiles} for the bytes.
 */
@NullMarked
package pond.server.artifacts;

import org.jspecify.annotations.NullMarked;
