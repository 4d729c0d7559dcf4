package pond.server.workers;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pond.common.definition.ExecutorKind;
import pond.common.ids.ProjectId;
import pond.common.ids.WorkerId;

/**
 * An attached worker.
 *
 * @param identity whose attachment it is; null for a worker inside the server
 * @param local whether it lives in the server's own process
 * @param draining whether it takes no new jobs
 */
public record Worker(
        WorkerId id,
        @Nullable WorkerId identity,
        String name,
        String version,
        Set<ExecutorKind> executors,
        Set<String> capabilities,
        Set<String> tags,
        int slots,
        boolean local,
        boolean draining,
        Instant attachedAt) {
    /** A worker with such a tag is given jobs of that project alone. */
    public static final String TENANT_TAG = "tenant:";

    public Worker {
        executors = Set.copyOf(executors);
        capabilities = Set.copyOf(capabilities);
        tags = Set.copyOf(tags);
    }

    Worker withDraining() {
        return new Worker(id, identity, name, version, executors, capabilities, tags, slots, local, true, attachedAt);
    }

    /** Whether it can run a job with these needs, now or when it has a free slot. */
    public boolean serves(Needs needs) {
        return !draining && needs.missingFrom(this).isEmpty();
    }

    /** Whether it is there for the server's own work alone: no stage can ever be its. */
    boolean onlyFetches() {
        return executors.equals(Set.of(ExecutorKind.FETCH));
    }

    /** Whether its tags let it see jobs of this project. */
    public boolean admits(ProjectId project) {
        return tags.stream().noneMatch(tag -> tag.startsWith(TENANT_TAG)) || tags.contains(TENANT_TAG + project);
    }
}
