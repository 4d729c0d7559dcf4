package pond.server.retention;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import pond.common.ids.ProjectId;

/** What would be removed now, by project. */
public record RetentionPlan(List<OfProject> projects, Sum total) {
    public RetentionPlan {
        projects = List.copyOf(projects);
    }

    /**
     * Numbers of runs, and bytes.
     *
     * @param runs that are deleted
     * @param logs that are removed, those of the deleted runs included
     * @param artifacts of how many runs the artifacts are removed, the deleted ones included
     * @param artifactBytes as far as nothing else has the same bytes
     */
    public record Sum(
            int runs,
            int logs,
            int artifacts,
            @JsonProperty("log_bytes") long logBytes,
            @JsonProperty("artifact_bytes") long artifactBytes) {
        static final Sum NOTHING = new Sum(0, 0, 0, 0, 0);

        Sum plus(Decision decision) {
            return plus(new Sum(
                    decision.removal() == Removal.RUN ? 1 : 0,
                    decision.logBytes() > 0 ? 1 : 0,
                    decision.artifactBytes() > 0 ? 1 : 0,
                    decision.logBytes(),
                    decision.artifactBytes()));
        }

        Sum plus(Sum more) {
            return new Sum(
                    runs + more.runs,
                    logs + more.logs,
                    artifacts + more.artifacts,
                    logBytes + more.logBytes,
                    artifactBytes + more.artifactBytes);
        }
    }

    /** What would be removed of one project. */
    public record OfProject(@JsonProperty("projectId") ProjectId project, Sum sum) {}

    /** Adds decisions up. For one thread. */
    static final class Builder {
        private final Map<String, Sum> sums = new TreeMap<>();
        private Sum total = Sum.NOTHING;

        void add(List<Decision> decisions) {
            for (Decision decision : decisions) {
                sums.merge(decision.run().project().value(), Sum.NOTHING.plus(decision), Sum::plus);
                total = total.plus(decision);
            }
        }

        RetentionPlan build() {
            return new RetentionPlan(
                    sums.entrySet().stream()
                            .map(entry -> new OfProject(new ProjectId(entry.getKey()), entry.getValue()))
                            .toList(),
                    total);
        }
    }
}
