package pond.server.preflight;

import java.util.List;
import java.util.Set;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;

/** Every run carries the labels that the operator wants to sort by. */
final class LabelsCheck implements Check {
    private final Set<String> required;

    LabelsCheck(Set<String> required) {
        this.required = required;
    }

    @Override
    public List<Problem> check(Candidate candidate) {
        return required.stream()
                .filter(key -> !candidate.request().labels().containsKey(key))
                .sorted()
                .map(key -> Problem.of(
                        ProblemCode.LABELS_MISSING,
                        null,
                        "labels." + key,
                        "this server wants a label '" + key + "' on every run"))
                .toList();
    }
}
