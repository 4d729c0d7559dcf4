package pond.server.sources;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Set;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.transport.PackParser;

/**
 * A temporary repository that takes in objects up to a size only. JGit rebuilds deltas in memory and believes the size
 * that a pack announces, so without a limit a few bytes could ask for a gigabyte of heap.
 */
final class GitRepository extends FileRepository {
    /** What of {@code .git} goes into a bundle: no hooks, reflogs, locks or traces of the fetch. */
    static final Set<String> KEPT = Set.of("HEAD", "config", "index", "objects", "packed-refs", "refs", "shallow");

    private final long maxObjectBytes;

    GitRepository(Path workTree, long maxObjectBytes) throws IOException {
        super(workTree.resolve(".git").toFile());
        this.maxObjectBytes = maxObjectBytes;
        create(false);
    }

    @Override
    public ObjectInserter newObjectInserter() {
        var inserter = super.newObjectInserter();
        return new ObjectInserter.Filter() {
            @Override
            protected ObjectInserter delegate() {
                return inserter;
            }

            @Override
            public PackParser newPackParser(InputStream in) throws IOException {
                var parser = super.newPackParser(in);
                parser.setMaxObjectSizeLimit(maxObjectBytes);
                return parser;
            }
        };
    }

    /** A clean-up in the background would outlive the repository. */
    @Override
    public void autoGC(ProgressMonitor monitor) {}
}
