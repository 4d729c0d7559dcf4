package pond.server.runs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.db.Tx;

/** Which run was made from which; see {@code db/pond/0011_create_reruns.sql}. */
final class RerunStore {
    /** Whoever wants to know of more has the list of runs. */
    private static final int MAX_LISTED = 100;

    void insert(Tx tx, RunId rerun, Origin origin) {
        tx.update(
                "INSERT INTO reruns (rerun, original, begins, pins) VALUES (?, ?, ?, ?)",
                rerun,
                origin.of().run(),
                origin.of().from(),
                Json.write(origin.revisions()));
    }

    /** Runs made from this one, newest first. */
    List<RunId> list(Tx tx, RunId original) {
        return tx.list(
                "SELECT rerun FROM reruns WHERE original = ? ORDER BY rerun DESC LIMIT " + MAX_LISTED,
                row -> RunId.of(row.text("rerun")),
                original);
    }

    /** What the sources of a run are held to, by label; empty for most. */
    Map<String, String> findPins(Tx tx, RunId rerun) {
        Map<String, String> pins = new HashMap<>();
        tx.find("SELECT pins FROM reruns WHERE rerun = ?", row -> row.text("pins"), rerun)
                .ifPresent(json -> Json.readTree(json)
                        .properties()
                        .forEach(pin -> pins.put(pin.getKey(), pin.getValue().asText())));
        return pins;
    }
}
