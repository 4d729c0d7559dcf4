package pond.common.protocol;

import java.util.Set;
import pond.common.ids.JobId;

/**
 * The server's answer to a renewal.
 *
 * @param cancel jobs to end now, with the stage's grace, and to complete as cancelled
 * @param lost jobs whose lease is gone: kill them and say nothing more about them
 * @param overBudget jobs to end now with {@code budget_exceeded}: what they and their like used is more than was allowed
 * @param drain take no new jobs
 */
public record Renewal(Set<JobId> cancel, Set<JobId> lost, Set<JobId> overBudget, boolean drain) {
    /** No orders. */
    public static Renewal none(boolean drain) {
        return new Renewal(Set.of(), Set.of(), Set.of(), drain);
    }

    public Renewal {
        cancel = Set.copyOf(cancel);
        lost = Set.copyOf(lost);
        // An older server does not know of budgets.
        overBudget = overBudget == null ? Set.of() : Set.copyOf(overBudget);
    }
}
