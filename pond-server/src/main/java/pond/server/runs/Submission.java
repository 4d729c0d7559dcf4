package pond.server.runs;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.api.SubmitRunRequest;
import pond.common.ids.ProjectId;
import pond.common.problems.Problem;
import pond.server.stages.Stage;

/**
 * A run that has passed the preflight.
 *
 * @param stages in the order of the definition, the implicit fetch first when there are sources; all pending, save those
 *     that a re-run reuses
 * @param warnings for the run's log
 * @param origin of a re-run
 */
public record Submission(
        ProjectId project,
        Submitter submitter,
        SubmitRunRequest request,
        List<Stage> stages,
        List<Problem> warnings,
        Optional<Idempotency> idempotency,
        @Nullable Origin origin) {
    public Submission {
        stages = List.copyOf(stages);
        warnings = List.copyOf(warnings);
    }

    /** A run that is made from nothing. */
    public Submission(
            ProjectId project,
            Submitter submitter,
            SubmitRunRequest request,
            List<Stage> stages,
            List<Problem> warnings,
            Optional<Idempotency> idempotency) {
        this(project, submitter, request, stages, warnings, idempotency, null);
    }
}
