/**
 * A run on a terminal, drawn anew as it changes. The invariant: what is drawn is a pure function of the run, the log and
 * the size of the terminal, and no text of a run can give the terminal an order. Read {@link pond.server.cli.live.LiveView}
 * first, then {@link pond.server.cli.live.Screen}.
 */
@NullMarked
package pond.server.cli.live;

import org.jspecify.annotations.NullMarked;
