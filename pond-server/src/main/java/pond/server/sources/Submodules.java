package pond.server.sources;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.BlobBasedConfig;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;
import pond.server.sources.guard.SourceUrl;

/** Reads {@code .gitmodules} of a commit. Names in it are never used as paths. */
final class Submodules {
    private Submodules() {}

    /** One submodule that the commit says where to find. */
    record Submodule(String name, SourceUrl url) {}

    /** By path. Ones without a path or an address are left out. */
    static Map<String, Submodule> read(Repository repository, ObjectId commit, SourceUrl parent) throws IOException {
        var found = new LinkedHashMap<String, Submodule>();
        var config = gitmodules(repository, commit);
        for (String name : config.getSubsections("submodule")) {
            String path = config.getString("submodule", name, "path");
            String url = config.getString("submodule", name, "url");
            if (path != null && url != null) {
                found.put(path, new Submodule(name, resolve(parent, url, path)));
            }
        }
        return found;
    }

    private static Config gitmodules(Repository repository, ObjectId commit) throws IOException {
        try (var walk = new RevWalk(repository)) {
            return new BlobBasedConfig(null, repository, walk.parseCommit(commit), ".gitmodules");
        } catch (FileNotFoundException e) {
            return new Config();
        } catch (ConfigInvalidException e) {
            throw new SourceException(Code.SOURCE_INVALID, "the commit's .gitmodules cannot be read", e);
        }
    }

    /** Relative addresses as git-submodule defines them: each leading {@code ../} takes a part off the parent's path. */
    static SourceUrl resolve(SourceUrl parent, String url, String path) throws SourceException {
        try {
            if (!url.startsWith("./") && !url.startsWith("../")) {
                return SourceUrl.parse(url);
            }
            List<String> parts = new ArrayList<>(
                    List.of(parent.path().substring(1).replaceAll("/+$", "").split("/")));
            String rest = url;
            while (rest.startsWith("./") || rest.startsWith("../")) {
                if (rest.startsWith("../")) {
                    if (parts.isEmpty()) {
                        throw new SourceException(Code.SOURCE_INVALID, "its url leads above the host");
                    }
                    parts.remove(parts.size() - 1);
                }
                rest = rest.substring(rest.indexOf('/') + 1);
            }
            parts.add(rest);
            var root = new SourceUrl(parent.scheme(), parent.host(), parent.port(), "/", null);
            return SourceUrl.parse(root + String.join("/", parts));
        } catch (SourceException e) {
            throw e.at("submodule '" + path + "'");
        }
    }
}
