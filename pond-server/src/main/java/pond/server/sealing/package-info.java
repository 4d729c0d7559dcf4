/**
 * Secrets at rest: sealed with the server's source key, opened only where they are used. The key never leaves this
 * room. And secrets on their way: sealed to the key of one worker, which this server cannot open again.
 */
@NullMarked
package pond.server.sealing;

import org.jspecify.annotations.NullMarked;
