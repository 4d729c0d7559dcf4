package pond.worker.sandbox.bubblewrap;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the operator says about sandboxes.
 *
 * @param stateDir the worker's own folder; what the sandboxes need lies in it, and so do the stages' folders
 * @param mark of the worker, by which its processes are found again
 * @param user whom a root worker's stages run as, a name or a number; empty: a number that nobody has
 * @param tools folders that stages see in addition, read-only, under their own paths
 * @param secret files and folders of the worker that no stage may see, such as that with its key; the state folder is
 *     one anyway
 * @param bestEffort whether a stage runs whose bound on cores this machine cannot keep
 */
public record SandboxSettings(
        Path stateDir, String mark, Optional<String> user, List<Path> tools, List<Path> secret, boolean bestEffort) {
    public SandboxSettings {
        tools = List.copyOf(tools);
        secret = List.copyOf(secret);
    }

    /** Without anything out of the ordinary. */
    public static SandboxSettings of(Path stateDir, String mark) {
        return new SandboxSettings(stateDir, mark, Optional.empty(), List.of(), List.of(), false);
    }
}
