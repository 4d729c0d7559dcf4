package pond.server.runs;

import java.util.List;
import java.util.Optional;
import pond.common.api.SubmitRunRequest;
import pond.common.ids.ProjectId;
import pond.common.problems.Problem;
import pond.server.stages.Stage;

/**
 * A run that has passed the preflight.
 *
 * @param stages in the order of the definition, all pending; the implicit fetch first when there are sources
 * @param warnings for the run's log
 */
public record Submission(
        ProjectId project,
        Submitter submitter,
        SubmitRunRequest request,
        List<Stage> stages,
        List<Problem> warnings,
        Optional<Idempotency> idempotency) {
    public Submission {
        stages = List.copyOf(stages);
        warnings = List.copyOf(warnings);
    }
}
