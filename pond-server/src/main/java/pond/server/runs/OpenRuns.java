package pond.server.runs;

import java.util.Map;
import pond.common.api.RunStatus;
import pond.server.db.Database;

/** How many runs there are that have not ended. Safe for use by several threads. */
public final class OpenRuns {
    private final Database database;
    private final RunStore store = new RunStore();

    public OpenRuns(Database database) {
        this.database = database;
    }

    /** By status; one that no run has is left out. Takes as long as it takes to count those runs in an index. */
    public Map<RunStatus, Long> count() {
        return database.read(store::countOpen);
    }
}
