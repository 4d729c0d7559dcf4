package pond.worker.identity;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.ids.WorkerId;

/**
 * What a state folder knows of its worker. {@code toString} leaves out what is secret.
 *
 * @param keys made before the first enrolment and kept, so that a repeat after a lost answer is the same worker's
 * @param enrolment absent until a server has answered
 */
public record Identity(WorkerKeys keys, @Nullable Enrolment enrolment) {
    /** With new keys and no server yet. */
    public static Identity fresh() {
        return new Identity(WorkerKeys.generate(), null);
    }

    /** The same keys, now with what a server gave. */
    public Identity enrolled(String server, WorkerId worker, String bearer) {
        return new Identity(keys, new Enrolment(server, worker, bearer));
    }

    /** Where it is enrolled, if anywhere. */
    public Optional<Enrolment> enrolled() {
        return Optional.ofNullable(enrolment);
    }

    /**
     * A place in a server's list of workers.
     *
     * @param server the URL that the operator gave, without a slash at the end
     * @param worker over all restarts
     * @param bearer proves that it is that worker
     */
    public record Enrolment(String server, WorkerId worker, String bearer) {
        @Override
        public String toString() {
            return "Enrolment[server=" + server + ", worker=" + worker + "]";
        }
    }
}
