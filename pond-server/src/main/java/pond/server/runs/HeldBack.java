package pond.server.runs;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import pond.server.db.Tx;
import pond.server.maintenance.Maintenance;
import pond.server.maintenance.MaintenanceMode;
import pond.server.stages.Wait;
import pond.server.stages.WaitCode;

/**
 * What the stages of a run wait for while the server is in maintenance: for its end, whatever their rows say of workers.
 * So neither its beginning nor its end has to change the rows of all that is queued.
 */
final class HeldBack {
    /** The waits of one run as its readers see them now. */
    List<Wait> seen(Tx tx, List<Wait> waits) {
        return MaintenanceMode.find(tx)
                .map(maintenance -> seen(waits, maintenance))
                .orElse(waits);
    }

    private static List<Wait> seen(List<Wait> waits, Maintenance maintenance) {
        Optional<Instant> limit = waits.stream()
                .filter(wait -> wait.position() == null && wait.code() == WaitCode.RUN_LIMIT)
                .map(Wait::deadline)
                .findFirst();
        return waits.stream()
                .map(wait -> limit.filter(at -> isHeld(wait))
                        .map(at -> held(wait, maintenance, at))
                        .orElse(wait))
                .toList();
    }

    /** A pause before an attempt ends as it would, and what is leased goes on. */
    private static boolean isHeld(Wait wait) {
        return wait.position() != null && wait.code() != WaitCode.RETRY_BACKOFF && wait.code() != WaitCode.LEASE;
    }

    private static Wait held(Wait wait, Maintenance maintenance, Instant limit) {
        return new Wait(
                wait.subject(),
                wait.run(),
                wait.position(),
                WaitCode.MAINTENANCE,
                maintenance.message(),
                wait.since().isAfter(maintenance.since()) ? wait.since() : maintenance.since(),
                limit);
    }
}
