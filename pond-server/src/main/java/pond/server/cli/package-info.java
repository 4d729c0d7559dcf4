/**
 * The command line: a client of the API, and keys on the local state as well. The invariant: nothing here touches the HTTP
 * server, so that a command starts as fast as a JVM does; what a command prints on stdout is its result and nothing else.
 * Every command ends with a code of {@link pond.server.cli.ExitCode}. Read {@link pond.server.cli.RunCommand} first, then
 * {@link pond.server.cli.PondClient}.
 */
@NullMarked
package pond.server.cli;

import org.jspecify.annotations.NullMarked;
