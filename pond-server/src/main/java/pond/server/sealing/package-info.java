/**
 * Secrets at rest: sealed with the server's source key, opened only where they are used. The key never leaves this
 * room.
 */
@NullMarked
package pond.server.sealing;

import org.jspecify.annotations.NullMarked;
