package pond.worker.executors.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code requirements*.txt} (scope "runtime") and {@code pyproject.toml}: the project's dependencies ("runtime"), its
 * extras ("extra:NAME"), dependency groups ("group:NAME"), what building needs ("build"), and Poetry's tables.
 */
final class PythonManifests {
    /** Name, extras and the rest of a requirement, as PEP 508 defines it; the marker behind the semicolon is cut off first. */
    private static final Pattern REQUIREMENT =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,200}+)\\s*+(?:\\[[^\\]]*+])?+\\s*+(.*+)");

    private PythonManifests() {}

    static List<Dependency> requirements(String text) {
        List<Dependency> found = new ArrayList<>();
        text.replace("\\\r\n", " ").replace("\\\n", " ").lines().forEach(line -> {
            String wanted = line.replaceFirst("(?:^|\\s)#.*", "")
                    .replaceFirst("\\s--hash=.*", "")
                    .strip();
            boolean isBareUrl = wanted.contains("://") && !wanted.contains(" @ ");
            // Options, such as other files to read, name no package either.
            if (!wanted.startsWith("-") && !isBareUrl) {
                add(wanted, "runtime", found);
            }
        });
        return found;
    }

    static List<Dependency> pyproject(String text) throws IOException {
        JsonNode root = Toml.read(text);
        List<Dependency> found = new ArrayList<>();
        JsonNode project = root.path("project");
        addAll(project.path("dependencies"), "runtime", found);
        project.path("optional-dependencies")
                .properties()
                .forEach(extra -> addAll(extra.getValue(), "extra:" + extra.getKey(), found));
        root.path("dependency-groups")
                .properties()
                .forEach(group -> addAll(group.getValue(), "group:" + group.getKey(), found));
        addAll(root.path("build-system").path("requires"), "build", found);
        JsonNode poetry = root.path("tool").path("poetry");
        Toml.addTable(poetry.path("dependencies"), "runtime", found);
        Toml.addTable(poetry.path("dev-dependencies"), "group:dev", found);
        poetry.path("group")
                .properties()
                .forEach(group ->
                        Toml.addTable(group.getValue().path("dependencies"), "group:" + group.getKey(), found));
        return found;
    }

    private static void addAll(JsonNode requirements, String scope, List<Dependency> found) {
        requirements.valueStream().filter(JsonNode::isTextual).forEach(one -> add(one.asText(), scope, found));
    }

    private static void add(String requirement, String scope, List<Dependency> found) {
        int marker = requirement.indexOf(';');
        Matcher matcher = REQUIREMENT.matcher(marker < 0 ? requirement : requirement.substring(0, marker));
        if (matcher.matches()) {
            String version = matcher.group(2).strip();
            found.add(new Dependency(matcher.group(1), version.isEmpty() ? null : version, scope));
        }
    }
}
