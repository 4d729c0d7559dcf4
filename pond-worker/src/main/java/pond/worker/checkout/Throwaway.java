package pond.worker.checkout;

import java.io.IOException;
import java.nio.file.Path;
import pond.worker.sandbox.OverlayMount;

/** A checkout that one stage may change, in a folder of its job that goes with the job. */
public sealed interface Throwaway {
    CopyMethod method();

    /** The folder that grows when the stage writes; what {@link DiskUse} is to be asked about. */
    Path written();

    /** Visits the tree as the stage left it, when none of its processes is left. */
    void walk(FolderWalk.Visitor visitor) throws IOException;

    /** The stage's command is to be started by {@link OverlayMount#wrap} and finds its checkout in {@code merged}. */
    record Overlay(OverlayMount mount) implements Throwaway {
        @Override
        public CopyMethod method() {
            return CopyMethod.OVERLAY;
        }

        @Override
        public Path written() {
            return mount.upper();
        }

        @Override
        public void walk(FolderWalk.Visitor visitor) throws IOException {
            OverlayView.walk(mount.lower(), mount.upper(), visitor);
        }
    }

    /** A tree of its own. */
    record Copied(CopyMethod method, Path tree) implements Throwaway {
        @Override
        public Path written() {
            return tree;
        }

        @Override
        public void walk(FolderWalk.Visitor visitor) throws IOException {
            FolderWalk.walk(tree, visitor);
        }
    }
}
