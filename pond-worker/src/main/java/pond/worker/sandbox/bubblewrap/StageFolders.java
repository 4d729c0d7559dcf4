package pond.worker.sandbox.bubblewrap;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What of this machine belongs to one stage: folders and sockets, by their absolute paths.
 *
 * @param home used where the policy keeps HOME on the disk
 * @param temp used where the policy keeps /tmp on the disk
 * @param egress the egress proxy's socket for this stage, where the policy has egress
 * @param broker the model broker's socket for this stage
 */
public record StageFolders(
        CheckoutFolder checkout,
        Path output,
        Path inputs,
        Path inputsByStage,
        Path home,
        Path temp,
        Optional<Path> egress,
        Optional<Path> broker) {

    /** Without a way to the network or to models. */
    public StageFolders(CheckoutFolder checkout, Path output, Path inputs, Path inputsByStage, Path home, Path temp) {
        this(checkout, output, inputs, inputsByStage, home, temp, Optional.empty(), Optional.empty());
    }

    public StageFolders withEgress(Path socket) {
        return new StageFolders(checkout, output, inputs, inputsByStage, home, temp, Optional.of(socket), broker);
    }

    public StageFolders withBroker(Path socket) {
        return new StageFolders(checkout, output, inputs, inputsByStage, home, temp, egress, Optional.of(socket));
    }
}
