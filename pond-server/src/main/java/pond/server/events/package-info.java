/**
 * The live events of a run, as server-sent events: its state and its log lines on the cursors of the polling calls. It
 * reads what {@code runs} and {@code logs} keep and owns nothing of its own. The invariant: followers at the same place of
 * the same run share one read and one rendering, and none of them ever holds a thread. Read
 * {@link pond.server.events.EventHandler} first, then {@link pond.server.events.Feeds}.
 */
@NullMarked
package pond.server.events;

import org.jspecify.annotations.NullMarked;
