package pond.worker.checkout;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job's view of the checkout that it shares with other jobs, held until the job's end. For one thread at a time.
 */
public final class SharedCheckout {
    private final Path tree;
    private final Maker maker;
    private @Nullable Throwaway throwaway;

    /** Makes the copy that a stage may change; called once at most. */
    public interface Maker {
        Throwaway make() throws IOException, InterruptedException;
    }

    public SharedCheckout(Path tree, Maker maker) {
        this.tree = tree;
        this.maker = maker;
    }

    /** The checkout as fetched. It is not only this job's: what is shown to a stage is read-only. */
    public Path tree() {
        return tree;
    }

    /** The same for this job to change, made on the first call; see {@link CopyMethod}. The tree stays as it is. */
    public Throwaway throwaway() throws IOException, InterruptedException {
        if (throwaway == null) {
            throwaway = maker.make();
        }
        return throwaway;
    }

    /** The files as the stage left them: of its throwaway copy if it was given one, else of the tree. */
    public void walk(FolderWalk.Visitor visitor) throws IOException {
        Optional<Throwaway> changed = Optional.ofNullable(throwaway);
        if (changed.isPresent()) {
            changed.get().walk(visitor);
        } else {
            FolderWalk.walk(tree, visitor);
        }
    }
}
