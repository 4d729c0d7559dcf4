package pond.server.dispatch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pond.common.definition.ExecutorKind;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.stages.Stage;

/**
 * A job that a worker holds, or has held, with what other rooms need to know of it.
 *
 * @param ancestors keys of the stages whose artifacts it may read, nearest first
 */
public record HeldJob(
        JobId id,
        RunId run,
        ProjectId project,
        int position,
        String stage,
        ExecutorKind kind,
        @Nullable String substage,
        int attempt,
        List<String> ancestors) {
    static HeldJob of(JobRow row, List<Stage> all) {
        Stage stage = at(all, row.position());
        return new HeldJob(
                row.id(),
                row.run(),
                row.project(),
                row.position(),
                stage.plan().key(),
                stage.plan().kind(),
                row.substage(),
                row.attempt(),
                ancestors(all, stage));
    }

    private static List<String> ancestors(List<Stage> all, Stage stage) {
        Set<Integer> found = new LinkedHashSet<>();
        Deque<Integer> next = new ArrayDeque<>(stage.plan().predecessors());
        while (!next.isEmpty()) {
            int position = next.removeFirst();
            if (found.add(position)) {
                next.addAll(at(all, position).plan().predecessors());
            }
        }
        return found.stream().map(position -> at(all, position).plan().key()).toList();
    }

    static Stage at(List<Stage> stages, int position) {
        return stages.stream()
                .filter(stage -> stage.position() == position)
                .findFirst()
                .orElseThrow();
    }
}
