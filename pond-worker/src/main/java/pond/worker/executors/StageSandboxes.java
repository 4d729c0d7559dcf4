package pond.worker.executors;

import java.util.Optional;
import pond.worker.sandbox.bubblewrap.Bubblewrap;

/**
 * What a worker has to run stages in.
 *
 * @param bubblewrap empty: this worker has no sandboxes at all
 * @param network empty: a stage with an allow-list reaches nothing, and one that names hosts is refused
 * @param plainAllowed whether a stage may run without a sandbox, be it that it asks for none or that there is none
 */
public record StageSandboxes(Optional<Bubblewrap> bubblewrap, Optional<StageNetwork> network, boolean plainAllowed) {
    /** No sandboxes: stages run as plain subprocesses or not at all. */
    public static StageSandboxes none() {
        return new StageSandboxes(Optional.empty(), Optional.empty(), true);
    }

    /** Sandboxes where the machine runs them, without a way to the network for those that want one. */
    public static StageSandboxes of(Bubblewrap bubblewrap) {
        return new StageSandboxes(Optional.of(bubblewrap), Optional.empty(), true);
    }
}
