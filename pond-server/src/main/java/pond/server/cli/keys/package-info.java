/**
 * The command {@code keys}, which does the same at a server and in a state folder of this machine. The invariant: one of
 * the two is decided on before anything is opened or sent, so that who means a server makes no folder. Read
 * {@link pond.server.cli.keys.KeysCommand} first, then {@link pond.server.cli.keys.KeysPlace}.
 */
@NullMarked
package pond.server.cli.keys;

import org.jspecify.annotations.NullMarked;
