package pond.server.swarm;

import pond.common.definition.Budget;
import pond.common.ids.RunId;
import pond.server.db.Tx;

/** What stages may still use; asked when a job is handed out. */
public interface BudgetsLeft {
    /**
     * What is left for a stage now: of its own budget or of its run's, whichever is less. 0 of one of the two means that
     * nothing is left, and that the stage must not start; null is no bound.
     *
     * @param position of a swarm stage; any other has no bound of its own
     */
    Budget of(Tx tx, RunId run, int position);
}
