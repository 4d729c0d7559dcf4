/**
 * The only place that starts a process: it gives a command an environment made from nothing and a session of its own,
 * passes its output on line by line in bounded memory, and ends everything the command left behind.
 *
 * <p>The invariant: once {@link pond.worker.sandbox.Ended} is reported, nothing of the command is alive, or the report
 * says that this could not be confirmed. Processes are known by their ancestors, their session and the mark in their
 * environment; a plain subprocess that sheds all three is beyond this room's sight, which is what an isolating backend is
 * for. Values that the command was given in confidence leave this room masked. Read
 * {@link pond.worker.sandbox.SandboxedProcess} first, then {@code RunningProcess}.
 */
@NullMarked
package pond.worker.sandbox;

import org.jspecify.annotations.NullMarked;
