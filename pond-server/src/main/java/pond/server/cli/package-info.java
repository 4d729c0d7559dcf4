/**
 * What the commands have in common, and those that ask no server. The invariant: nothing here or in the rooms inside
 * touches the HTTP server, so that a command starts as fast as a JVM does; what a command prints on stdout is its result
 * and nothing else. Every command ends with a code of {@link pond.server.cli.ExitCode}. The rooms {@code text},
 * {@code live}, {@code client}, {@code files} and {@code context} know nothing of this one; {@code runs}, {@code admin}
 * and {@code keys} have the commands for a server, and build on it. Read {@link pond.server.cli.CommandLines} first, then
 * {@link pond.server.cli.runs.RunCommand}.
 */
@NullMarked
package pond.server.cli;

import org.jspecify.annotations.NullMarked;
