/**
 * What operators see of a running server: metrics, traces, and the fields of its log. The one invariant: whoever does the
 * work never waits for whoever looks at it, and what is looked at is bounded, however many runs there are. The rooms know
 * nothing of this one; each has a listener of its own, which is answered here. Read {@link
 * pond.server.telemetry.Metrics} first, then {@code pond.server.Telemetry}, which joins them.
 */
@NullMarked
package pond.server.telemetry;

import org.jspecify.annotations.NullMarked;
