/**
 * Who calls, and what may they see. The invariant: a refusal tells nothing — unknown, revoked and expired tokens get the
 * same answer after the same work, and another project's run looks exactly like none. Read
 * {@link pond.server.auth.Authenticator} first; handlers ask {@link pond.server.auth.AuthFilter} and
 * {@link pond.server.auth.Access}.
 */
@NullMarked
package pond.server.auth;

import org.jspecify.annotations.NullMarked;
