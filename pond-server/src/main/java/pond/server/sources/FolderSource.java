package pond.server.sources;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import pond.common.definition.SourceSpec;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;

/** A folder of this host, below the one that the operator names. Who may ask for it is decided elsewhere. */
final class FolderSource {
    private final @Nullable Path root;

    FolderSource(@Nullable Path root) {
        this.root = root;
    }

    String fetch(SourceSpec.Folder config, BundleFolder target, FetchStep step) throws IOException {
        new FolderWalk(target, step).copy(locate(config.path()), "", any -> true);
        return target.revision();
    }

    /** Where the path really leads, links and all; that must lie below the root as well. */
    private Path locate(String path) throws SourceException {
        if (root == null) {
            throw new SourceException(Code.SOURCE_REFUSED, "this server has no folder for local sources");
        }
        try {
            var base = root.toRealPath();
            if (!base.resolve(path).normalize().startsWith(base)
                    && !root.resolve(path).normalize().startsWith(root)) {
                throw outside();
            }
            var real = base.resolve(path).toRealPath();
            if (!real.startsWith(base)) {
                throw outside();
            }
            if (!Files.isDirectory(real)) {
                throw new SourceException(Code.SOURCE_INVALID, "the path is not a folder");
            }
            return real;
        } catch (NoSuchFileException e) {
            throw new SourceException(Code.SOURCE_NOT_FOUND, "there is no such folder", e);
        } catch (SourceException e) {
            throw e;
        } catch (InvalidPathException | IOException e) {
            throw new SourceException(Code.SOURCE_INVALID, "the folder cannot be read", e);
        }
    }

    private static SourceException outside() {
        return new SourceException(Code.SOURCE_REFUSED, "the path leads out of the folder for local sources");
    }
}
