package pond.server.sources;

import java.io.IOException;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.jspecify.annotations.Nullable;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;
import pond.server.sources.guard.SourceUrl;

/** Brings one commit, with as much history as asked for, into an empty repository and points HEAD at it. */
final class GitFetch {
    private static final RefSpec ALL_BRANCHES = new RefSpec("+refs/heads/*:refs/remotes/origin/*");
    private static final RefSpec ALL_TAGS = new RefSpec("+refs/tags/*:refs/tags/*");
    /** JGit keeps about this much heap for each object of a pack that comes in. */
    private static final int HEAP_PER_OBJECT = 128;

    private final GitRepository repository;
    private final SourceUrl url;
    private final GitAccess access;
    private final int depth;

    GitFetch(GitRepository repository, SourceUrl url, GitAccess access, int depth) {
        this.repository = repository;
        this.url = url;
        this.access = access;
        this.depth = depth;
    }

    /** A commit by its full id, whether or not the host hands out single commits. */
    ObjectId commit(String id, FetchLog log) throws IOException {
        var wanted = ObjectId.fromString(id);
        try {
            fetch(List.of(new RefSpec(id)), depth);
        } catch (TransportException e) {
            ownFailure(e);
            log.line("the host does not hand out this commit by itself; fetching all branches and tags");
            fetchAll();
        }
        detachHead(peeled(wanted));
        return wanted;
    }

    /** A branch, a tag, a full ref name, or with null what the remote's HEAD points at. */
    ObjectId ref(@Nullable String wanted) throws IOException {
        String remote = remoteName(wanted);
        String local = remote.startsWith(Constants.R_HEADS)
                ? Constants.R_REMOTES + "origin/" + remote.substring(Constants.R_HEADS.length())
                : remote.equals(Constants.HEAD) ? Constants.R_REMOTES + "origin/HEAD" : remote;
        try {
            fetch(List.of(new RefSpec("+" + remote + ":" + local)), depth);
        } catch (TransportException e) {
            throw failure(e);
        }
        var ref = repository.exactRef(local);
        if (ref == null) {
            throw new SourceException(Code.SOURCE_NOT_FOUND, "the ref is gone from the repository");
        }
        var commit = peeled(ref.getObjectId());
        if (remote.startsWith(Constants.R_HEADS)) {
            followBranch(remote, commit);
        } else {
            detachHead(commit);
        }
        return commit;
    }

    private String remoteName(@Nullable String wanted) throws IOException {
        var names = names(wanted == null ? Constants.HEAD : wanted);
        if (!names.stream().allMatch(name -> name.equals(Constants.HEAD) || Repository.isValidRefName(name))) {
            throw new SourceException(Code.SOURCE_INVALID, "the ref is not a name that git allows");
        }
        try {
            var found = talk(() -> advertised(names));
            if (found.isPresent()) {
                return found.get();
            }
        } catch (TransportException e) {
            throw failure(e);
        }
        throw new SourceException(
                Code.SOURCE_NOT_FOUND,
                wanted == null ? "the repository has no commit yet" : "the repository has no such branch or tag");
    }

    private static List<String> names(String wanted) {
        if (wanted.equals(Constants.HEAD)) {
            return List.of(wanted);
        }
        var usual = List.of(Constants.R_HEADS + wanted, Constants.R_TAGS + wanted);
        return wanted.startsWith(Constants.R_REFS) ? List.of(usual.get(0), usual.get(1), wanted) : usual;
    }

    /** The first of the names that the remote has, or for HEAD the branch behind it. */
    private Optional<String> advertised(List<String> names) throws IOException {
        try (var transport = open(0);
                var connection =
                        transport.openFetch(names.stream().map(RefSpec::new).toList())) {
            for (String name : names) {
                var ref = connection.getRef(name);
                if (ref != null) {
                    String target = ref.getTarget().getName();
                    // The host chose this name, and it becomes a file.
                    boolean branch = target.startsWith(Constants.R_HEADS) && Repository.isValidRefName(target);
                    return Optional.of(ref.isSymbolic() && branch ? target : name);
                }
            }
            return Optional.empty();
        }
    }

    private void fetchAll() throws IOException {
        try {
            fetch(List.of(ALL_BRANCHES, ALL_TAGS), 0);
        } catch (TransportException e) {
            throw failure(e);
        }
    }

    private void fetch(Collection<RefSpec> refs, int history) throws IOException {
        var monitor = new Monitor();
        try (var transport = open(history)) {
            talk(() -> transport.fetch(monitor, refs));
        } finally {
            monitor.check();
        }
    }

    private interface Talk<T> {
        T run() throws IOException;
    }

    private static <T> T talk(Talk<T> talk) throws IOException {
        try {
            return talk.run();
        } catch (OutOfMemoryError e) {
            // One allocation sized by what the host announced; it failed as a whole, so nothing else is short of
            // memory.
            throw new SourceException(Code.SOURCE_TOO_LARGE, "the repository needs more memory than there is", e);
        } catch (RuntimeException e) {
            // JGit meets some malformed answers with unchecked exceptions of many kinds.
            throw new TransportException("malformed answer", e);
        }
    }

    private Transport open(int history) throws IOException {
        try {
            var transport = Transport.open(repository, new URIish(url.toString()));
            if (!(transport instanceof TransportHttp http)) {
                throw new SourceException(Code.SOURCE_INVALID, "only https repositories can be fetched");
            }
            http.setHttpConnectionFactory(access);
            http.setTagOpt(history == 0 ? TagOpt.AUTO_FOLLOW : TagOpt.NO_TAGS);
            if (history > 0) {
                http.setDepth(history);
            }
            return http;
        } catch (URISyntaxException e) {
            throw new SourceException(Code.SOURCE_INVALID, "the url cannot be read", e);
        }
    }

    private ObjectId peeled(ObjectId id) throws IOException {
        try (var walk = new RevWalk(repository)) {
            return walk.parseCommit(id).getId();
        } catch (MissingObjectException e) {
            throw new SourceException(Code.SOURCE_NOT_FOUND, "the repository has no such commit", e);
        } catch (IOException e) {
            throw new SourceException(Code.SOURCE_INVALID, "what was asked for is not a commit", e);
        }
    }

    private void followBranch(String branch, ObjectId commit) throws IOException {
        set(repository.updateRef(branch), commit);
        var result = repository.updateRef(Constants.HEAD).link(branch);
        if (result == RefUpdate.Result.REJECTED || result == RefUpdate.Result.LOCK_FAILURE) {
            throw new IOException("HEAD: " + result);
        }
        String name = branch.substring(Constants.R_HEADS.length());
        var config = repository.getConfig();
        config.setString("branch", name, "remote", "origin");
        config.setString("branch", name, "merge", branch);
    }

    private void detachHead(ObjectId commit) throws IOException {
        set(repository.updateRef(Constants.HEAD, true), commit);
    }

    private static void set(RefUpdate update, ObjectId commit) throws IOException {
        update.setNewObjectId(commit);
        var result = update.forceUpdate();
        if (result != RefUpdate.Result.NEW
                && result != RefUpdate.Result.FORCED
                && result != RefUpdate.Result.NO_CHANGE) {
            throw new IOException(update.getName() + ": " + result);
        }
    }

    private void ownFailure(TransportException e) throws SourceException {
        var ours = SourceException.in(e);
        if (ours.isPresent()) {
            throw ours.get();
        }
        if (access.scope().isEnded() || e.getCause() instanceof TooLargeObjectInPackException) {
            throw failure(e);
        }
    }

    private SourceException failure(TransportException e) {
        if (e instanceof TooLargeObjectInPackException || e.getCause() instanceof TooLargeObjectInPackException) {
            return new SourceException(Code.SOURCE_TOO_LARGE, "the repository holds a file that is too large", e);
        }
        return access.scope().reason(e, Code.SOURCE_INVALID, "the git host's answer could not be used");
    }

    /** Ends a fetch that is no longer wanted, and one with more objects than the heap can hold. */
    private final class Monitor extends EmptyProgressMonitor {
        private final long maxObjects = Runtime.getRuntime().maxMemory() / HEAP_PER_OBJECT;
        private boolean tooMany;

        @Override
        public void beginTask(String title, int total) {
            tooMany |= total > maxObjects;
        }

        @Override
        public boolean isCancelled() {
            return tooMany || access.scope().isEnded();
        }

        void check() throws SourceException {
            if (tooMany) {
                throw new SourceException(Code.SOURCE_TOO_LARGE, "the repository has too many objects");
            }
        }
    }
}
