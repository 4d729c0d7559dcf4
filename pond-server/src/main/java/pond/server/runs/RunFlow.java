package pond.server.runs;

import java.util.List;
import pond.common.ids.RunId;
import pond.server.db.Tx;
import pond.server.stages.Stage;

/** What makes runs move, as far as submitting and cancelling need it; answered by the dispatch room. */
public interface RunFlow {
    /** Stores the stages of a new run and queues those that have nothing to wait for. */
    void submitted(Tx tx, Run run, List<Stage> pending);

    /** Calls everything off that has not ended; does nothing for a terminal run. */
    void cancelRequested(Tx tx, RunId run);
}
