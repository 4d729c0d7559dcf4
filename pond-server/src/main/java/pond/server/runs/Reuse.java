package pond.server.runs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pond.common.api.StageStatus;
import pond.common.definition.ExecutorKind;
import pond.server.stages.Stage;

/**
 * Which stages of an earlier run stand in a new one of the same definition. Pure.
 *
 * @param stages of the new run, in the order of the definition: done where they are reused, pending elsewhere
 * @param reused those of them that are reused
 */
public record Reuse(List<Stage> stages, List<Stage> reused) {
    public Reuse {
        stages = List.copyOf(stages);
        reused = List.copyOf(reused);
    }

    /** Nothing stands: every stage is as planned. */
    static Reuse nothing(List<Stage> planned) {
        return new Reuse(planned, List.of());
    }

    /**
     * What was done stands.
     *
     * @param planned of the new run, all pending
     * @param earlier of a run that has ended
     * @param bundleKept whether what the fetch made is still there; if not, every stage that runs waits for another fetch
     */
    public static Reuse ofDone(List<Stage> planned, List<Stage> earlier, boolean bundleKept) {
        Map<String, Stage> done = new HashMap<>();
        earlier.stream()
                .filter(stage -> stage.status() == StageStatus.DONE)
                .filter(stage -> bundleKept || stage.plan().kind() != ExecutorKind.FETCH)
                .forEach(stage -> done.put(stage.plan().key(), stage));
        List<Stage> stages = new ArrayList<>();
        List<Stage> reused = new ArrayList<>();
        Integer fetch = null;
        for (Stage stage : planned) {
            Stage before = done.get(stage.plan().key());
            if (before != null) {
                Stage again = before.in(stage.plan());
                stages.add(again);
                reused.add(again);
            } else if (stage.plan().kind() == ExecutorKind.FETCH) {
                fetch = stage.position();
                stages.add(stage);
            } else {
                // Its own predecessors may be done already, and then nothing else would make it wait for the files.
                stages.add(fetch == null ? stage : Stage.pending(stage.plan().after(fetch)));
            }
        }
        return new Reuse(stages, reused);
    }
}
