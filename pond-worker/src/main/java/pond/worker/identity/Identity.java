package pond.worker.identity;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.ids.WorkerId;
import pond.common.protocol.Enroll;
import pond.common.protocol.WorkerProtocol;

/**
 * What a state folder knows of its worker. {@code toString} leaves out what is secret. Keys and bearer are made before the
 * first enrolment and kept, so that a repeat after a lost answer says the same.
 *
 * @param enrolment absent until a server has answered
 */
public record Identity(
        WorkerKeys keys, Bearer bearer, @Nullable Enrolment enrolment) {
    /** With new keys, a new bearer and no server yet. */
    public static Identity fresh() {
        return new Identity(WorkerKeys.generate(), Bearer.generate(), null);
    }

    /** What it says to enrol with this code; the same each time. */
    public Enroll enrolment(String code, String name, String version) {
        return new Enroll(
                WorkerProtocol.VERSION,
                name,
                version,
                keys.sealing().publicKey(),
                keys.signing().publicKey(),
                bearer.sha256(),
                keys.prove(code, bearer.sha256()));
    }

    /** The same keys and bearer, now known to a server. */
    public Identity enrolled(String server, WorkerId worker) {
        return new Identity(keys, bearer, new Enrolment(server, worker));
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
     */
    public record Enrolment(String server, WorkerId worker) {}
}
