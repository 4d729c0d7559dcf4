package pond.worker.executors;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermission;
import java.util.OptionalLong;
import pond.common.ids.ArtifactName;
import pond.worker.checkout.FolderWalk;
import pond.worker.executors.swarm.StageFiles;

/** Brings one file of a checkout into the output folder, if it is there and small enough to be an artifact. For one thread. */
final class FromCheckout implements FolderWalk.Visitor {
    private final ArtifactName wanted;
    private final StageFiles output;
    private final long mostBytes;
    private OptionalLong size = OptionalLong.empty();

    FromCheckout(ArtifactName wanted, StageFiles output, long mostBytes) {
        this.wanted = wanted;
        this.output = output;
        this.mostBytes = mostBytes;
    }

    /** Its size in bytes, also when it was too large to be brought; empty when it is not there. For one call. */
    OptionalLong bring(ExecutionContext context) throws IOException, InterruptedException {
        if (context.job().bundle() == null) {
            FolderWalk.walk(context.checkout(), this);
        } else {
            context.sharedCheckout().walk(this);
        }
        return size;
    }

    @Override
    public boolean enters(String path) {
        return wanted.value().startsWith(path + "/");
    }

    @Override
    public boolean stopped() {
        return size.isPresent();
    }

    @Override
    public void file(FolderWalk.Found file) throws IOException {
        if (!file.path().equals(wanted.value()) || !isOpen(file)) {
            return;
        }
        size = OptionalLong.of(file.attributes().size());
        if (file.attributes().size() <= mostBytes) {
            try (InputStream bytes = file.open()) {
                output.write(wanted, bytes);
            }
        }
    }

    /** A hard link can lead to a file that the worker may read and the stage may not. */
    private static boolean isOpen(FolderWalk.Found file) throws IOException {
        return file.attributes().owner().equals(Files.getOwner(file.root()))
                || file.attributes().permissions().contains(PosixFilePermission.OTHERS_READ);
    }

    @Override
    public void skipped(String path, FolderWalk.Reason reason) {
        // Whether the file was found is all that counts; who asks for it says that it was not.
    }
}
