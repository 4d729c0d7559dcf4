package pond.server.preflight;

import java.util.ArrayList;
import java.util.List;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.definition.StageSpec;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;
import pond.server.workers.Needs;

/**
 * Unconfined stages: warned about where they are allowed, refused where they are not. And blocks that no worker can keep.
 */
final class SandboxCheck implements Check {
    private final PreflightSettings settings;
    private final StagePlans plans;

    SandboxCheck(PreflightSettings settings, StagePlans plans) {
        this.settings = settings;
        this.plans = plans;
    }

    @Override
    public List<Problem> check(Candidate candidate) {
        List<Problem> problems = new ArrayList<>();
        List<StageSpec> stages = candidate.request().definition().stages();
        for (int i = 0; i < stages.size(); i++) {
            StageSpec stage = stages.get(i);
            if (asksForAnImage(stage.executor())) {
                problems.add(Problem.of(
                        ProblemCode.SANDBOX_INVALID,
                        stage.key(),
                        "stages[" + i + "].executor.sandbox.overrides.image",
                        "backend bubblewrap shows the worker's own programs and has no images; leave image out"));
            }
            if (asksForNone(stage.executor()) || mustBePlain(stage.executor(), candidate)) {
                problems.add(unconfined(stage, "stages[" + i + "].executor.sandbox", candidate.trusted()));
            }
        }
        return problems;
    }

    /** Of a backend that we do not know nothing is said here: only its workers know whether it has images. */
    private static boolean asksForAnImage(ExecutorSpec executor) {
        return executor.sandboxBlock()
                .filter(block -> block.backend() == null || block.backend().equals(Needs.DEFAULT_BACKEND))
                .map(SandboxSpec::overrides)
                .map(SandboxSpec.Overrides::image)
                .isPresent();
    }

    private static boolean asksForNone(ExecutorSpec executor) {
        return executor.sandboxBlock()
                .map(block -> block.profile() == SandboxProfile.NONE)
                .orElse(false);
    }

    /** Without a block a shell stage runs as trusted-code, unless no attached worker could do that. */
    private boolean mustBePlain(ExecutorSpec executor, Candidate candidate) {
        return executor.kind() == ExecutorKind.SHELL
                && executor.sandboxBlock().isEmpty()
                && !settings.requireSandbox()
                && !plans.canConfine(candidate.project());
    }

    private Problem unconfined(StageSpec stage, String field, boolean trusted) {
        if (settings.mayRunPlain(trusted)) {
            return Problem.of(
                    ProblemCode.UNCONFINED_SANDBOX,
                    stage.key(),
                    field,
                    "it runs as a plain subprocess of its worker, with that worker's files and network");
        }
        return Problem.of(
                ProblemCode.SANDBOX_REQUIRED,
                stage.key(),
                field,
                settings.requireSandbox()
                        ? "this server wants every stage in a sandbox; ask for another profile than none"
                        : "a run with this token may not have plain subprocesses; ask for a sandbox profile, and attach a"
                                + " worker that has one");
    }
}
