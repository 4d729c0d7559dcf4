package pond.server.dispatch;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;

/**
 * One attempt of one stage, or of one of its areas, as stored.
 *
 * @param leaseHash SHA-256 of the lease token, in hex; stays after the end, so that a repeated complete is known
 * @param stopping whether its worker is to end it
 */
record JobRow(
        JobId id,
        RunId run,
        int position,
        @Nullable String substage,
        int attempt,
        ProjectId project,
        String needs,
        Status status,
        @Nullable WorkerId worker,
        @Nullable String leaseHash,
        boolean stopping) {

    enum Status {
        /** Not in the queue yet: waits out the time before a retry, or waits for an operator. */
        BACKOFF,
        QUEUED,
        LEASED,
        /** Its complete was accepted. */
        ENDED,
        /** Taken from its worker. */
        LOST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
