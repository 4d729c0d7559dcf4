package pond.common.protocol;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import pond.common.definition.ExecutorKind;

/**
 * What a worker can do.
 *
 * @param protocol the version that it speaks, {@link WorkerProtocol#VERSION}
 * @param name for people, such as a host name
 * @param version of the worker's software, for people
 * @param executors the kinds of stages that it runs
 * @param capabilities such as {@code harness.codex} or {@code sandbox.bubblewrap}
 * @param tags such as {@code gpu}; {@code pool:*} and {@code tenant:*} are ignored here, they come from enrolment
 * @param slots how many jobs it runs side by side
 */
public record Attach(
        int protocol,
        String name,
        String version,
        Set<ExecutorKind> executors,
        Set<String> capabilities,
        Set<String> tags,
        int slots) {
    public Attach {
        executors = sorted(executors);
        capabilities = sorted(capabilities);
        tags = sorted(tags);
    }

    private static <T extends Comparable<T>> Set<T> sorted(Set<T> words) {
        return Collections.unmodifiableSet(new TreeSet<>(words));
    }
}
