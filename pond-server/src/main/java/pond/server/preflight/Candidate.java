package pond.server.preflight;

import java.util.List;
import pond.common.api.SubmitRunRequest;
import pond.common.ids.ProjectId;
import pond.server.stages.Stage;

/**
 * A request on its way to become a run.
 *
 * @param stages as they will be stored
 * @param trusted whether it came with the service token
 */
record Candidate(SubmitRunRequest request, ProjectId project, List<Stage> stages, boolean trusted) {}
