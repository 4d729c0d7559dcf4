/**
 * A run that goes on: drawn anew on a terminal as it changes, or told in lines. The invariant: what is drawn is a pure
 * function of the run, the log and the size of the terminal, and no text of a run can give the terminal an order. Read
 * {@link pond.server.cli.live.Display} first, then {@link pond.server.cli.live.LiveView}.
 */
@NullMarked
package pond.server.cli.live;

import org.jspecify.annotations.NullMarked;
