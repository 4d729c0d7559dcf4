/**
 * Who this worker is: its keys and bearer, which it makes itself, the file that keeps them, and the lock that keeps a
 * second process from using them. The invariant: what is in the file was whole and on disk before the server was told
 * of it, and nobody but its owner can read it. Read {@link pond.worker.identity.Identity} first.
 */
@NullMarked
package pond.worker.identity;

import org.jspecify.annotations.NullMarked;
