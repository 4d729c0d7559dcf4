package pond.server.runs;

import pond.common.api.RunView;
import pond.server.db.Tx;

/** Who is told of the end of runs that were submitted with a callback; answered by the webhooks room. */
public interface RunEnds {
    /**
     * The run has ended. Called once for each run, in the transaction in which it ends, after all else that changes there;
     * what it throws undoes the end.
     *
     * @param run as readers see it from now on, without its definition; its callback is there
     */
    void ended(Tx tx, RunView run);
}
