package pond.worker.sandbox.bubblewrap;

import java.nio.file.Path;
import java.util.Optional;
import pond.worker.sandbox.OverlayMount;

/** What lies on this machine for a sandbox to show as its checkout; by absolute paths. */
public sealed interface CheckoutFolder {
    /** The folder that bubblewrap shows. */
    Path shown();

    /** What has to be mounted before, if anything. */
    default Optional<OverlayMount> overlay() {
        return Optional.empty();
    }

    /** A tree that other stages see as well: whatever the policy says, nobody is let write there. */
    record Shared(Path tree) implements CheckoutFolder {
        @Override
        public Path shown() {
            return tree;
        }
    }

    /**
     * A tree of this stage's alone.
     *
     * @param given bytes that were in it before the stage; they do not count as its own
     */
    record Own(Path tree, long given) implements CheckoutFolder {
        @Override
        public Path shown() {
            return tree;
        }
    }

    /** A view of a tree that other stages see as well, with what this one changes above it. */
    record Overlaid(OverlayMount mount) implements CheckoutFolder {
        @Override
        public Path shown() {
            return mount.merged();
        }

        @Override
        public Optional<OverlayMount> overlay() {
            return Optional.of(mount);
        }
    }
}
