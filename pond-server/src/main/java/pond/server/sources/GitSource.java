package pond.server.sources;

import java.io.IOException;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import pond.common.definition.SourceSpec;
import pond.server.sources.guard.GuardedHttp;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;
import pond.server.sources.guard.SourceSettings;
import pond.server.sources.guard.SourceUrl;

/**
 * A git repository over https, by JGit alone: the git program could not be kept from looking names up again. The bundle
 * gets the commit's files and a {@code .git} with the fetched history, whose {@code origin} has no credential. Files kept
 * with LFS stay the pointers that they are in git.
 */
final class GitSource {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final int MAX_SUBMODULE_DEPTH = 5;
    private static final int MAX_REPOSITORIES = 50;
    /** The size that the big hosts stop at; on a small heap, what leaves room for a delta, its base and its result. */
    private static final long MAX_OBJECT_BYTES =
            Math.min(100L << 20, Runtime.getRuntime().maxMemory() / 8);

    private final GuardedHttp http;
    private final SourceSettings settings;

    GitSource(GuardedHttp http, SourceSettings settings) {
        this.http = http;
        this.settings = settings;
        GitEnvironment.install();
    }

    /** Returns the commit's id. {@code pin} wins over the configured ref. */
    String fetch(SourceSpec.GitHttps config, @Nullable String pin, BundleFolder target, FetchStep step)
            throws IOException {
        var access = new GitAccess(http, step.scope(), config, settings.bundleMaxBytes());
        var checkout = new Checkout(config, access, step);
        String wanted = pin != null ? pin : config.ref();
        if (pin != null && !COMMIT.matcher(pin).matches()) {
            throw new SourceException(Code.SOURCE_INVALID, "sha must be a full commit id of 40 hex digits");
        }
        var commit = checkout.copy(SourceUrl.parse(config.url()), wanted, target, 0);
        step.log().line("transferred " + access.received() + " bytes");
        return commit.name();
    }

    /** One source with all its submodules. */
    private static final class Checkout {
        private final SourceSpec.GitHttps config;
        private final GitAccess access;
        private final FetchStep step;
        private int repositories;

        Checkout(SourceSpec.GitHttps config, GitAccess access, FetchStep step) {
            this.config = config;
            this.access = access;
            this.step = step;
        }

        ObjectId copy(SourceUrl url, @Nullable String wanted, BundleFolder target, int level) throws IOException {
            if (url.query() != null) {
                throw new SourceException(Code.SOURCE_INVALID, "a repository's url has no query");
            }
            if (level > MAX_SUBMODULE_DEPTH || ++repositories > MAX_REPOSITORIES) {
                throw new SourceException(Code.SOURCE_TOO_LARGE, "there are too many submodules, or too deep ones");
            }
            step.log().line("fetching " + url.display() + " at " + (wanted == null ? "HEAD" : wanted));
            try (var temp = TempFolder.make(step.temp());
                    var repository = new GitRepository(temp.path(), MAX_OBJECT_BYTES)) {
                var fetch = new GitFetch(repository, url, access, config.depth());
                var commit = wanted != null && COMMIT.matcher(wanted).matches()
                        ? fetch.commit(wanted, step.log())
                        : fetch.ref(wanted);
                step.log().line("commit " + commit.name());
                copy(repository, commit, url, target, level);
                return commit;
            } catch (LargeObjectException e) {
                throw new SourceException(Code.SOURCE_TOO_LARGE, "the repository holds a file that is too large", e);
            }
        }

        private void copy(GitRepository repository, ObjectId commit, SourceUrl url, BundleFolder target, int level)
                throws IOException {
            var pinned = new GitTree(repository, target).copy(commit);
            var known = config.submodules() && !pinned.isEmpty()
                    ? Submodules.read(repository, commit, url)
                    : Map.<String, Submodules.Submodule>of();
            writeConfig(repository, url, known, pinned);
            new FolderWalk(target, step)
                    .copy(repository.getDirectory().toPath(), ".git/", GitRepository.KEPT::contains);
            for (var link : pinned.entrySet()) {
                var submodule = known.get(link.getKey());
                if (submodule == null) {
                    step.log().line("submodule '" + link.getKey() + "' stays an empty folder");
                    continue;
                }
                try {
                    copy(submodule.url(), link.getValue().name(), target.below(link.getKey()), level + 1);
                } catch (SourceException e) {
                    throw e.at("submodule '" + link.getKey() + "'");
                }
            }
        }

        private static void writeConfig(
                GitRepository repository,
                SourceUrl url,
                Map<String, Submodules.Submodule> known,
                Map<String, ObjectId> pinned)
                throws IOException {
            var config = repository.getConfig();
            config.setString("remote", "origin", "url", url.toString());
            config.setString("remote", "origin", "fetch", "+refs/heads/*:refs/remotes/origin/*");
            known.forEach((path, submodule) -> {
                if (pinned.containsKey(path)) {
                    config.setBoolean("submodule", submodule.name(), "active", true);
                    config.setString(
                            "submodule",
                            submodule.name(),
                            "url",
                            submodule.url().toString());
                }
            });
            config.save();
        }
    }
}
