package pond.worker.sandbox.bubblewrap;

import java.nio.file.Path;
import java.util.List;

/**
 * What of this machine every sandbox is made of; found out once.
 *
 * @param programs by their whole paths: nothing of a stage chooses what runs outside
 * @param root what stands in the root folder beside /usr
 * @param etc the folder that is shown as /etc
 * @param tools folders that the operator shows in addition, under their own paths
 * @param filter the file with the system call filter
 */
record SandboxHost(
        Programs programs,
        List<RootEntry> root,
        Path etc,
        List<Path> tools,
        Path filter,
        SandboxUser user,
        HardLimits hardLimits) {
    SandboxHost {
        root = List.copyOf(root);
        tools = List.copyOf(tools);
    }

    /** Programs that build a sandbox. */
    record Programs(Path bubblewrap, Path setpriv, Path prlimit) {}

    /** A folder beside /usr: a link into it, or a folder of its own on an older layout. */
    sealed interface RootEntry {
        record Link(String path, String target) implements RootEntry {}

        record Folder(String path) implements RootEntry {}
    }
}
