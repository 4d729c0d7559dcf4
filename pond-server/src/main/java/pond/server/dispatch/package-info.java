/**
 * What runs next, and where. {@link pond.server.dispatch.RunMachine} decides, as a pure function;
 * {@link pond.server.dispatch.Dispatcher} applies its decisions inside a transaction; {@link pond.server.dispatch.LeaseDesk}
 * hands jobs to the workers that wait for them; {@link pond.server.dispatch.Reaper} enforces every deadline. Nothing
 * here polls: a commit wakes whoever waits for it.
 */
@NullMarked
package pond.server.dispatch;

import org.jspecify.annotations.NullMarked;
