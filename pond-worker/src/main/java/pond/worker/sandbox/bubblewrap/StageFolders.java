package pond.worker.sandbox.bubblewrap;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What of this machine belongs to one stage: folders and sockets, by their absolute paths.
 *
 * @param home HOME where the policy keeps it on the disk
 * @param homeFilled whether there are files in it that the stage is to find in its HOME, wherever that is
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
        boolean homeFilled,
        Path temp,
        Optional<Path> egress,
        Optional<Path> broker) {

    /** Without a way to the network or to models. */
    public StageFolders(CheckoutFolder checkout, Path output, Path inputs, Path inputsByStage, Path home, Path temp) {
        this(checkout, output, inputs, inputsByStage, home, false, temp, Optional.empty(), Optional.empty());
    }

    public StageFolders withEgress(Path socket) {
        return new StageFolders(
                checkout, output, inputs, inputsByStage, home, homeFilled, temp, Optional.of(socket), broker);
    }

    public StageFolders withBroker(Path socket) {
        return new StageFolders(
                checkout, output, inputs, inputsByStage, home, homeFilled, temp, egress, Optional.of(socket));
    }

    /** With files in the home folder that a HOME in memory has to be given too. */
    public StageFolders withHomeFilled() {
        return new StageFolders(checkout, output, inputs, inputsByStage, home, true, temp, egress, broker);
    }
}
