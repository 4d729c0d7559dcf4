package pond.server.dispatch;

import java.util.List;
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
        Stage stage = StageGraph.at(all, row.position());
        return new HeldJob(
                row.id(),
                row.run(),
                row.project(),
                row.position(),
                stage.plan().key(),
                stage.plan().kind(),
                row.substage(),
                row.attempt(),
                StageGraph.ancestors(all, stage));
    }
}
