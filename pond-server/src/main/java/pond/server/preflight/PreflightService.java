package pond.server.preflight;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import pond.common.api.PreflightView;
import pond.common.api.SubmitRunRequest;
import pond.common.ids.ProjectId;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;
import pond.server.auth.Access;
import pond.server.auth.Principal;
import pond.server.errors.PondException;
import pond.server.harnesses.Harnesses;
import pond.server.models.Models;
import pond.server.stages.Stage;
import pond.server.workers.WorkerService;

/** Reads a submit body and says what is wrong with it; submit and the dry run both come here. Safe to share. */
public final class PreflightService {
    private final StagePlans plans;
    private final List<Check> checks;

    public PreflightService(WorkerService workers, Harnesses harnesses, Models models, PreflightSettings settings) {
        plans = new StagePlans(workers, harnesses, settings.requireSandbox());
        checks = List.of(
                new LabelsCheck(settings.requiredLabels()),
                new SourcesCheck(settings.folderSources()),
                new CallbackCheck(settings.callbackHosts()),
                new SandboxCheck(settings, plans),
                new HarnessCheck(harnesses, models),
                new CapabilityCheck(workers, harnesses));
    }

    /** A request that may become a run: with the stages to store, and what to say about it in the run's log. */
    public record Passed(SubmitRunRequest request, ProjectId project, List<Stage> stages, List<Problem> warnings) {}

    /** The dry run. */
    public PreflightView report(Principal principal, JsonNode body) {
        Problems problems = new Problems();
        check(principal, body, problems);
        return new PreflightView(!problems.hasErrors(), problems.list());
    }

    /** What is to become a run; refuses with the list of problems when there is an error among them. */
    public Passed require(Principal principal, JsonNode body) {
        Problems problems = new Problems();
        Optional<Candidate> candidate = check(principal, body, problems);
        if (candidate.isEmpty() || problems.hasErrors()) {
            throw PondException.invalid(problems.list());
        }
        return new Passed(
                candidate.get().request(),
                candidate.get().project(),
                candidate.get().stages(),
                problems.list());
    }

    private Optional<Candidate> check(Principal principal, JsonNode body, Problems problems) {
        // Before anything is said about the body: what another project's key sends is no business of ours.
        Optional<ProjectId> named = ProjectId.parse(body.path("projectId").asText(""));
        Optional<ProjectId> project = Access.project(principal, named);
        Optional<SubmitRunRequest> request = SubmitRunRequest.read(body, problems);
        JsonNode given = body.path("projectId");
        if (project.isEmpty() && (given.isMissingNode() || given.isNull())) {
            problems.about(ProblemCode.PROJECT_REQUIRED)
                    .report("projectId", "a service token acts for any project; say for which one");
        }
        if (request.isEmpty() || project.isEmpty()) {
            return Optional.empty();
        }
        Candidate candidate = new Candidate(
                request.get(),
                project.get(),
                plans.plan(request.get(), project.get()),
                principal instanceof Principal.Service);
        checks.forEach(check -> check.check(candidate).forEach(problems::add));
        return Optional.of(candidate);
    }
}
