/**
 * Which server a command is about, and by which token: what the command line, the environment and the named contexts say,
 * in that order. The invariants: a context's token goes to the server of that context alone, and the file that keeps
 * tokens is its owner's alone. Read {@link pond.server.cli.context.ServerOptions} first, then
 * {@link pond.server.cli.context.ContextFile}.
 */
@NullMarked
package pond.server.cli.context;

import org.jspecify.annotations.NullMarked;
