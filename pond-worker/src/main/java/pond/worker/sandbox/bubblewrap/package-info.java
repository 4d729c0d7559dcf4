/**
 * Commands in a sandbox that bubblewrap builds: own namespaces, a root made of a list of folders, a system call filter,
 * limits. A stage's block is read here once more, by the worker itself, and becomes a {@link
 * pond.worker.sandbox.bubblewrap.SandboxPolicy}; what cannot be kept is refused, never left out.
 *
 * <p>The invariant: nothing of the worker's own is under a path that a stage can see, and nothing that a stage chooses, its
 * variables included, reaches a program before that program runs inside. Read {@code SandboxPolicy} first, then {@code
 * SandboxCommandLine}, then {@code Bubblewrap}.
 */
@NullMarked
package pond.worker.sandbox.bubblewrap;

import org.jspecify.annotations.NullMarked;
