/**
 * Maintenance mode: whether jobs are handed out. The invariant: once the answer of a switch to maintenance is sent, no
 * lease is given until the switch back, whatever restarts in between; leases and switches are in one order, that of the
 * writer's thread. Read {@link pond.server.maintenance.MaintenanceService} first.
 */
@NullMarked
package pond.server.maintenance;

import org.jspecify.annotations.NullMarked;
