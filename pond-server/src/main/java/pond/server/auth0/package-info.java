/**
 * Admins whom an Auth0 tenant vouches for. The invariant: a token is good only when it is signed with RS256 by a key that
 * the tenant itself published, for this audience, now, for a listed subject; and no stranger's token can make the server
 * ask the tenant more often than once in half a minute. Read {@link pond.server.auth0.Auth0Admins} first, then
 * {@link pond.server.auth0.TenantKeys}.
 */
@NullMarked
package pond.server.auth0;

import org.jspecify.annotations.NullMarked;
