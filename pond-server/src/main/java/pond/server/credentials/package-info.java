/**
 * The keys of model providers. The invariant: the value of a secret comes in once and is never shown; it is sealed at rest,
 * bound to the credential's name and project, and {@link pond.server.credentials.Credentials#open} is the only way to it.
 * It leaves by {@link pond.server.credentials.CredentialHandout} alone, sealed to one worker and audited. Read
 * {@link pond.server.credentials.Credentials} first.
 */
@NullMarked
package pond.server.credentials;

import org.jspecify.annotations.NullMarked;
