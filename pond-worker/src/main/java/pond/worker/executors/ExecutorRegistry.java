package pond.worker.executors;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pond.common.definition.ExecutorKind;

/** The executors of a worker by kind. Immutable. */
public final class ExecutorRegistry {
    private final Map<ExecutorKind, Executor> executors = new EnumMap<>(ExecutorKind.class);

    /** Throws {@link IllegalArgumentException} when two are of one kind. */
    public ExecutorRegistry(List<Executor> executors) {
        for (Executor executor : executors) {
            if (this.executors.put(executor.kind(), executor) != null) {
                throw new IllegalArgumentException("two executors for " + executor.kind());
            }
        }
    }

    /** What this worker can run, and so what it advertises. */
    public Set<ExecutorKind> kinds() {
        return Collections.unmodifiableSet(executors.keySet());
    }

    /** Empty for a kind that this worker does not have. */
    public Optional<Executor> find(ExecutorKind kind) {
        return Optional.ofNullable(executors.get(kind));
    }
}
