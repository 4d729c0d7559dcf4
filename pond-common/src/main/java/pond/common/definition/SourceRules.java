package pond.common.definition;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import pond.common.definition.SourceSpec.Config;
import pond.common.ids.ArtifactName;
import pond.common.problems.Fields;

/** Reads the sources of a run. Whether an address may be fetched is the server's to decide, when it fetches. */
public final class SourceRules {
    /** More sources than this in one run are a mistake. */
    public static final int MAX_SOURCES = 16;

    private static final int MAX_PORT = 65_535;
    private static final int MAX_DEPTH = 1_000_000;
    private static final int MAX_STRIP = 32;
    private static final int MAX_INLINE_FILES = 1_000;
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

    /** What git itself takes for a name of a ref, narrowed to what needs no escaping anywhere. */
    private static final Pattern REF =
            Pattern.compile("(?!.*(\\.\\.|//|/\\.|\\.lock(/|$)|/$|\\.$))[A-Za-z0-9_][A-Za-z0-9._/@+#-]{0,249}");

    private final Set<String> labels = new HashSet<>();

    /** One reader per body: labels are unique among the sources that it reads. */
    public SourceRules() {}

    /** Reads one item of a body's {@code sources}; {@code fields} report as {@code source_invalid}. */
    public Optional<SourceSpec> read(Fields fields) {
        Optional<String> label = fields.requiredString("label").filter(text -> isLabel(fields, text));
        Optional<String> kind = fields.requiredString("kind");
        Optional<Fields> config = fields.object("config");
        fields.end();
        if (fields.value("config").isEmpty()) {
            fields.report("config", "is required");
        }
        if (label.isEmpty() || kind.isEmpty() || config.isEmpty()) {
            return Optional.empty();
        }
        return config(kind.get(), fields, config.get()).map(known -> new SourceSpec(label.get(), known));
    }

    private boolean isLabel(Fields fields, String label) {
        if (!LABEL.matcher(label).matches()) {
            fields.report(
                    "label", "must begin with a letter or digit and have at most 64 letters, digits, '.', '_' or '-'");
            return false;
        }
        if (!labels.add(label)) {
            fields.report("label", "is used by an earlier source too; labels must be unique");
        }
        return true;
    }

    private static Optional<? extends Config> config(String kind, Fields source, Fields config) {
        Optional<? extends Config> read;
        switch (kind) {
            case "git_https" -> read = git(config);
            case "tarball" -> read = tarball(config);
            case "folder" ->
                read = config.requiredString("path")
                        .filter(path -> isText(config, "path", path))
                        .map(SourceSpec.Folder::new);
            case "inline" -> read = inline(config);
            default -> {
                source.report("kind", "must be one of git_https, tarball, folder, inline");
                return Optional.empty();
            }
        }
        config.end();
        return read;
    }

    private static Optional<Config> git(Fields config) {
        Optional<String> url = url(config);
        Optional<String> ref = config.string("ref");
        ref.filter(text -> !REF.matcher(text).matches())
                .ifPresent(text -> config.report("ref", "is not a branch, a tag or a commit id that git would take"));
        Optional<String> token = secret(config, "token");
        Optional<String> username = secret(config, "username");
        Optional<String> password = secret(config, "password");
        if (token.isPresent() && (username.isPresent() || password.isPresent())) {
            config.report("token", "excludes username and password; keep one way to log in");
        } else if (username.isPresent() != password.isPresent()) {
            config.report(username.isPresent() ? "password" : "username", "is required with the other of the two");
        }
        boolean submodules = config.bool("submodules").orElse(false);
        int depth = config.integer("depth", 0, MAX_DEPTH).orElse(1);
        return url.map(known -> new SourceSpec.GitHttps(
                known,
                ref.orElse(null),
                token.orElse(null),
                username.orElse(null),
                password.orElse(null),
                submodules,
                depth));
    }

    private static Optional<Config> tarball(Fields config) {
        Optional<String> url = url(config);
        Optional<String> sha256 = config.string("sha256");
        sha256.filter(text -> !SHA256.matcher(text).matches())
                .ifPresent(text -> config.report("sha256", "must be 64 hex digits"));
        int strip = config.integer("strip_components", 0, MAX_STRIP).orElse(0);
        return url.map(known -> new SourceSpec.Tarball(known, sha256.orElse(null), strip));
    }

    private static Optional<Config> inline(Fields config) {
        Map<String, String> files = config.stringMap("files", MAX_INLINE_FILES);
        if (files.isEmpty()) {
            config.report("files", "must have at least one file, as path to text");
        }
        files.keySet().stream()
                .filter(path -> ArtifactName.parse(path).isEmpty())
                .forEach(path -> config.report(
                        "files",
                        "has the path '" + Fields.shorten(path)
                                + "', which is not relative, or has '..', a backslash or control characters"));
        files.keySet().stream()
                .filter(path -> isBelowAFile(path, files))
                .forEach(path -> config.report(
                        "files", "has the path '" + Fields.shorten(path) + "' below another path that is a file"));
        return Optional.of(new SourceSpec.Inline(files));
    }

    private static boolean isBelowAFile(String path, Map<String, String> files) {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            if (files.containsKey(path.substring(0, slash))) {
                return true;
            }
        }
        return false;
    }

    private static Optional<String> url(Fields config) {
        return config.requiredString("url").filter(text -> {
            String wrong = wrongWithUrl(text);
            if (!wrong.isEmpty()) {
                config.report("url", wrong);
            }
            return wrong.isEmpty();
        });
    }

    private static String wrongWithUrl(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            return "is not a URL";
        }
        if (!"https".equalsIgnoreCase(uri.getScheme()) && !"http".equalsIgnoreCase(uri.getScheme())) {
            return "must begin with https://";
        }
        if (uri.getHost() == null) {
            return "names no host";
        }
        if (uri.getPort() > MAX_PORT) {
            return "has a port above " + MAX_PORT;
        }
        if (uri.getRawUserInfo() != null) {
            return "must not hold a user or password; give them as token, or as username and password";
        }
        return uri.getRawFragment() != null ? "must not have a fragment" : "";
    }

    private static Optional<String> secret(Fields config, String name) {
        return config.string(name).filter(text -> isText(config, name, text));
    }

    private static boolean isText(Fields config, String name, String text) {
        boolean fine = !text.isEmpty() && text.codePoints().noneMatch(Character::isISOControl);
        if (!fine) {
            config.report(name, "must not be empty or hold control characters");
        }
        return fine;
    }
}
