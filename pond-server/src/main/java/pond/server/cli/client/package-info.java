/**
 * Speaks with a server over HTTP, and is the only room here that knows how. The invariants: a call that must not be made
 * twice is tried once, all others go on trying for half a minute while the server is away; the token goes to the named
 * server alone, and never in the clear beyond this machine unless that was asked for. Read
 * {@link pond.server.cli.client.PondHttp} first, then {@link pond.server.cli.client.PondClient}.
 */
@NullMarked
package pond.server.cli.client;

import org.jspecify.annotations.NullMarked;
