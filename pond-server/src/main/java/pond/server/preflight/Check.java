package pond.server.preflight;

import java.util.List;
import pond.common.problems.Problem;

/** Looks at one side of a request whose shape is right, and says what is wrong or doubtful about it. Safe to share. */
interface Check {
    List<Problem> check(Candidate candidate);
}
