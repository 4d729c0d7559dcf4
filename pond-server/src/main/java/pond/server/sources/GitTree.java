package pond.server.sources;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.InvalidPathException;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;

/**
 * Copies a commit's files from the object store straight into a bundle, byte for byte (no line ending or other filter is
 * applied), and writes the index that a checkout would have left. Nothing is checked out to this server's disk, so no
 * path in the tree ever meets it.
 */
final class GitTree {
    private final GitRepository repository;
    private final BundleFolder target;
    private final Map<String, ObjectId> submodules = new LinkedHashMap<>();

    GitTree(GitRepository repository, BundleFolder target) {
        this.repository = repository;
        this.target = target;
    }

    /** Returns the paths of submodules, in order, with the commit that each is pinned to. */
    Map<String, ObjectId> copy(ObjectId commit) throws IOException {
        var index = repository.lockDirCache();
        try (var walk = new TreeWalk(repository);
                var commits = new RevWalk(walk.getObjectReader())) {
            walk.addTree(commits.parseCommit(commit).getTree());
            var builder = index.builder();
            while (walk.next()) {
                copy(walk, builder);
            }
            if (!builder.commit()) {
                throw new IOException("the index could not be written");
            }
            return submodules;
        } catch (InvalidPathException | CharacterCodingException e) {
            throw new SourceException(Code.SOURCE_INVALID, "the commit holds a file name that is not allowed", e);
        } catch (MissingObjectException
                | CorruptObjectException
                | IncorrectObjectTypeException
                | ArrayIndexOutOfBoundsException e) {
            throw new SourceException(Code.SOURCE_INVALID, "the commit is damaged or not whole", e);
        } finally {
            index.unlock();
        }
    }

    private void copy(TreeWalk walk, DirCacheBuilder builder) throws IOException {
        // The entry's own check refuses ".git" in every spelling, "..", and the like.
        var entry = new DirCacheEntry(walk.getRawPath());
        String path = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(walk.getRawPath()))
                .toString();
        var mode = walk.getFileMode();
        if (mode.equals(FileMode.TYPE_TREE)) {
            target.folder(path);
            walk.enterSubtree();
            return;
        }
        var id = walk.getObjectId(0);
        entry.setFileMode(mode);
        entry.setObjectId(id);
        if (mode.equals(FileMode.TYPE_GITLINK)) {
            target.folder(path);
            submodules.put(path, id);
        } else if (mode.equals(FileMode.TYPE_SYMLINK)) {
            target.link(path, linkTarget(walk.getObjectReader(), id));
        } else {
            var blob = walk.getObjectReader().open(id, Constants.OBJ_BLOB);
            try (var content = blob.openStream()) {
                target.file(path, mode.equals(FileMode.EXECUTABLE_FILE.getBits()), blob.getSize(), content);
            }
        }
        builder.add(entry);
    }

    private static String linkTarget(ObjectReader reader, ObjectId id) throws IOException {
        byte[] bytes = reader.open(id, Constants.OBJ_BLOB).getCachedBytes(1 << 16);
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }
}
