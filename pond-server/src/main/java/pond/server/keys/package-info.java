/**
 * Project keys: minted, listed, revoked, and looked up for every request that shows one. The invariant: the plaintext is
 * shown once and kept nowhere, a revoked or expired key is refused from the next request on, and the audit trail has every
 * mint and every revocation. Read {@link pond.server.keys.KeyService} first.
 */
@NullMarked
package pond.server.keys;

import org.jspecify.annotations.NullMarked;
