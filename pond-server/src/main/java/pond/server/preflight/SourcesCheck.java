package pond.server.preflight;

import java.util.ArrayList;
import java.util.List;
import pond.common.definition.ExecutorKind;
import pond.common.definition.SourceSpec;
import pond.common.definition.StageSpec;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;

/** Folders of the host are for the first party, and where the operator opened a root; builtins need something to read. */
final class SourcesCheck implements Check {
    private final boolean folderSources;

    SourcesCheck(boolean folderSources) {
        this.folderSources = folderSources;
    }

    @Override
    public List<Problem> check(Candidate candidate) {
        List<Problem> problems = new ArrayList<>();
        List<SourceSpec> sources = candidate.request().sources();
        for (int i = 0; i < sources.size(); i++) {
            if (sources.get(i).config() instanceof SourceSpec.Folder && !folderSources) {
                problems.add(folder(
                        i, "folder sources are off on this server; its operator must set POND_LOCAL_SOURCE_ROOT"));
            } else if (sources.get(i).config() instanceof SourceSpec.Folder && !candidate.trusted()) {
                problems.add(folder(i, "folder sources are for runs submitted with the service token"));
            }
        }
        if (sources.isEmpty()) {
            candidate.request().definition().stages().stream()
                    .filter(stage -> stage.executor().kind() == ExecutorKind.BUILTIN)
                    .map(SourcesCheck::nothingToRead)
                    .forEach(problems::add);
        }
        return problems;
    }

    private static Problem folder(int index, String message) {
        return Problem.of(ProblemCode.SOURCE_INVALID, null, "sources[" + index + "].kind", message);
    }

    private static Problem nothingToRead(StageSpec stage) {
        return Problem.of(
                ProblemCode.EXECUTOR_INVALID,
                stage.key(),
                null,
                "a builtin reads the checkout, and the run has no sources; add one");
    }
}
