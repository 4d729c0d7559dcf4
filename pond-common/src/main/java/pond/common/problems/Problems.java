package pond.common.problems;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with one body. Not for sharing between threads. */
public final class Problems {
    /** A body can be wrong in a million places; nobody reads past this many. */
    private static final int MAX = 100;

    private final List<Problem> found = new ArrayList<>();
    private boolean errors;

    /** Adds a problem; those past the first hundred are counted as errors but not listed. */
    public void add(Problem problem) {
        errors |= problem.severity() == Severity.ERROR;
        if (found.size() < MAX) {
            found.add(problem);
        }
    }

    /** Says what the next problems are about. */
    public Reporter about(ProblemCode code) {
        return new Reporter(this, code, null);
    }

    /** Whether anything was added that blocks a submit. */
    public boolean hasErrors() {
        return errors;
    }

    /** What was found, in the order of the body. */
    public List<Problem> list() {
        return List.copyOf(found);
    }

    /** Adds problems of one code about one stage, or about none. */
    public record Reporter(
            Problems problems, ProblemCode code, @Nullable String stage) {
        public Reporter as(ProblemCode other) {
            return new Reporter(problems, other, stage);
        }

        public Reporter aboutStage(String key) {
            return new Reporter(problems, code, key);
        }

        /** Adds a problem with a field of the body. */
        public void report(String field, String message) {
            problems.add(Problem.of(code, stage, field, message));
        }
    }
}
