package pond.server.runs;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.definition.SourceSpec;

/** Sources held to what they were resolved to before. Pure. */
final class Pins {
    private static final String DIGEST = "sha256:";

    private Pins() {}

    /** A repository gets its commit, an archive its digest; a folder is read as it is, and inline files are the same anyway. */
    static List<SourceSpec> apply(List<SourceSpec> sources, Map<String, String> revisions) {
        return sources.stream()
                .map(source -> new SourceSpec(source.label(), pinned(source.config(), revisions.get(source.label()))))
                .toList();
    }

    private static SourceSpec.Config pinned(SourceSpec.Config config, @Nullable String revision) {
        if (revision == null) {
            return config;
        }
        if (config instanceof SourceSpec.GitHttps git) {
            return new SourceSpec.GitHttps(
                    git.url(), revision, git.token(), git.username(), git.password(), git.submodules(), git.depth());
        }
        if (config instanceof SourceSpec.Tarball tarball && revision.startsWith(DIGEST)) {
            return new SourceSpec.Tarball(
                    tarball.url(), revision.substring(DIGEST.length()), tarball.stripComponents());
        }
        return config;
    }
}
