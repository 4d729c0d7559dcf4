/**
 * Project keys: minted, listed, revoked, and looked up for every request that shows one. The invariant: the plaintext is
 * shown once and kept nowhere, and a revoked key is refused from the next request on. Read
 * {@link pond.server.keys.KeyService} first.
 */
@NullMarked
package pond.server.keys;

import org.jspecify.annotations.NullMarked;
