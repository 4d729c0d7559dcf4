package pond.worker.executors.builtin;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the manifests of package managers ask for: {@code type} "dependency", {@code ecosystem}, {@code manifest} (its
 * path), {@code name}, {@code version} (version or constraint as written, or null), {@code scope}. A manifest that does
 * not parse gives one record of {@code type} "problem" with {@code ecosystem}, {@code manifest} and {@code message}.
 */
final class DependencyInventory implements Operation {
    /** A tree of what was parsed may take thirty times this. */
    private static final long MAX_SIZE = 2L << 20;

    /** Lock files are larger and are read as a stream. */
    private static final long MAX_LOCK_SIZE = 16L << 20;

    private long found;
    private long manifests;

    private record Kind(String ecosystem, ManifestParser parser, long maxSize) {
        Kind(String ecosystem, ManifestParser parser) {
            this(ecosystem, parser, MAX_SIZE);
        }
    }

    @Override
    public void file(SourceFile file, Records records) throws IOException {
        Optional<Kind> kind = kindOf(file.path());
        if (kind.isEmpty()) {
            return;
        }
        manifests++;
        if (file.size() > kind.get().maxSize()) {
            problem(kind.get(), file, "is larger than " + kind.get().maxSize() + " bytes", records);
            return;
        }
        List<Dependency> dependencies;
        String text = file.text();
        try {
            dependencies = kind.get().parser().parse(text);
        } catch (IOException | RuntimeException e) {
            // Parsers of other people throw what they like at what they do not expect; none of it is about our machine.
            problem(kind.get(), file, "does not parse", records);
            return;
        }
        for (Dependency dependency : dependencies) {
            found++;
            Map<String, Object> fields = fields("dependency", kind.get(), file);
            fields.put("name", dependency.name());
            fields.put("version", dependency.version());
            fields.put("scope", dependency.scope());
            records.write(fields);
        }
    }

    private static Optional<Kind> kindOf(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (name.matches("requirements[A-Za-z0-9._-]*\\.(?:txt|in)")
                || path.matches("(?:.*/)?requirements/[^/]+\\.txt")) {
            return Optional.of(new Kind("pypi", PythonManifests::requirements));
        }
        return Optional.ofNullable(
                switch (name) {
                    case "package.json" -> new Kind("npm", NpmManifests::manifest);
                    case "package-lock.json", "npm-shrinkwrap.json" ->
                        new Kind("npm", NpmManifests::lock, MAX_LOCK_SIZE);
                    case "pom.xml" -> new Kind("maven", new PomParser());
                    case "pyproject.toml" -> new Kind("pypi", PythonManifests::pyproject);
                    case "Cargo.toml" -> new Kind("cargo", CargoManifest::parse);
                    case "go.mod" -> new Kind("go", LineManifests::goMod);
                    case "Gemfile" -> new Kind("rubygems", LineManifests::gemfile);
                    default -> null;
                });
    }

    private static void problem(Kind kind, SourceFile file, String message, Records records) throws IOException {
        Map<String, Object> fields = fields("problem", kind, file);
        fields.put("message", message);
        records.write(fields);
    }

    private static Map<String, Object> fields(String type, Kind kind, SourceFile file) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", type);
        fields.put("ecosystem", kind.ecosystem());
        fields.put("manifest", file.path());
        return fields;
    }

    @Override
    public String finish(Records records) {
        return found + " dependencies in " + manifests + " manifests";
    }
}
