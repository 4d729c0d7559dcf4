package pond.server.stages;

import pond.common.api.StageStatus;
import pond.common.ids.RunId;
import pond.server.db.Tx;

/** Who is told of every change of a stage, inside its transaction; {@link Tx#afterCommit} is for what should last. */
public interface StageListener {
    /**
     * A stage has changed.
     *
     * @param before its status until now, which may be the same
     */
    void changed(Tx tx, RunId run, StageStatus before, Stage now);
}
