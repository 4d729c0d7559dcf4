/**
 * Tests of what runs next: the pure machine by itself ({@link pond.server.dispatch.MachineModel} checks its invariants),
 * and the desks on a real database with a clock that tests turn ({@link pond.server.dispatch.TestDispatch}).
 */
@NullMarked
package pond.server.dispatch;

import org.jspecify.annotations.NullMarked;
