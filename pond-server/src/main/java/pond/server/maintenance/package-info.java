/**
 * Maintenance mode: whether jobs are handed out. The invariant: once the answer of a switch to maintenance is sent, no
 * lease is given until the switch back, whatever restarts in between; everything that is asked reads the row in its own
 * transaction. Read {@link pond.server.maintenance.MaintenanceService} first.
 */
@NullMarked
package pond.server.maintenance;

import org.jspecify.annotations.NullMarked;
