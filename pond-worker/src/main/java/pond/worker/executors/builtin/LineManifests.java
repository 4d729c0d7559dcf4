package pond.worker.executors.builtin;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Manifests that are read line by line: {@code go.mod} (scope "runtime", or "indirect" where it says so) and
 * {@code Gemfile} (scope "runtime" or "group:NAME"; it is a program, of which the usual forms are understood).
 */
final class LineManifests {
    private static final Pattern GO_REQUIRE = Pattern.compile("(?:require\\s++)?([^\\s()]++)\\s++(v[^\\s]++)(.*+)");
    private static final Pattern GEM = Pattern.compile("gem[\\s(]++[\"']([^\"']++)[\"'](.*+)");
    private static final Pattern GEM_VERSION = Pattern.compile("^\\s*+,\\s*+[\"']([^\"']++)[\"']");
    private static final Pattern GEM_GROUP = Pattern.compile("(?:group:|:group\\s*+=>)\\s*+\\[?\\s*+:([a-z_]++)");
    private static final Pattern GROUP_BLOCK = Pattern.compile("group[\\s(]++:([a-z_]++)");

    private LineManifests() {}

    static List<Dependency> goMod(String text) {
        List<Dependency> found = new ArrayList<>();
        boolean inRequire = false;
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.matches("require\\s*+\\(.*+")) {
                inRequire = true;
            } else if (line.startsWith(")")) {
                inRequire = false;
            } else if (inRequire || line.startsWith("require")) {
                Matcher matcher = GO_REQUIRE.matcher(line);
                if (matcher.matches()) {
                    String scope = matcher.group(3).contains("// indirect") ? "indirect" : "runtime";
                    found.add(new Dependency(matcher.group(1), matcher.group(2), scope));
                }
            }
        }
        return found;
    }

    static List<Dependency> gemfile(String text) {
        List<Dependency> found = new ArrayList<>();
        List<String> blocks = new ArrayList<>();
        for (String line : text.lines().map(String::strip).toList()) {
            Matcher gem = GEM.matcher(line);
            Matcher group = GROUP_BLOCK.matcher(line);
            if (gem.lookingAt()) {
                found.add(new Dependency(gem.group(1), first(GEM_VERSION, gem.group(2)), scope(gem.group(2), blocks)));
            } else if (line.equals("end") && !blocks.isEmpty()) {
                blocks.remove(blocks.size() - 1);
            } else if (group.lookingAt() && line.endsWith(" do")) {
                blocks.add("group:" + group.group(1));
            } else if (line.endsWith(" do") || line.startsWith("if ") || line.startsWith("unless ")) {
                blocks.add(blocks.isEmpty() ? "runtime" : blocks.get(blocks.size() - 1));
            }
        }
        return found;
    }

    private static String scope(String options, List<String> blocks) {
        String own = first(GEM_GROUP, options);
        if (own != null) {
            return "group:" + own;
        }
        return blocks.isEmpty() ? "runtime" : blocks.get(blocks.size() - 1);
    }

    private static @Nullable String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }
}
