package pond.server.cli.runs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** One value of {@code --source}: what it is, told by its looks. Whether it can be fetched is for the server to say. */
record SourceOption(Kind kind, String place) {
    private static final Pattern URL = Pattern.compile("(?i)https?://.*");
    private static final Pattern OTHER_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");
    /** As git itself takes it for ssh: user, host, colon, path. */
    private static final Pattern SSH = Pattern.compile("[^/:@]+@[^/:]+:.*");

    /** The archives that a server unpacks. */
    private static final List<String> ARCHIVES = List.of(".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2");

    enum Kind {
        GIT("git", "git_https", "url"),
        TARBALL("tarball", "tarball", "url"),
        FOLDER("folder", "folder", "path");

        private final String label;
        private final String wireName;
        private final String field;

        Kind(String label, String wireName, String field) {
            this.label = label;
            this.wireName = wireName;
            this.field = field;
        }
    }

    /** @throws IllegalArgumentException with a reason when it cannot be a source */
    static SourceOption parse(String text) {
        if (URL.matcher(text).matches()) {
            String path = text.replaceFirst("[?#].*", "").toLowerCase(Locale.ROOT);
            return new SourceOption(ARCHIVES.stream().anyMatch(path::endsWith) ? Kind.TARBALL : Kind.GIT, text);
        }
        if (OTHER_SCHEME.matcher(text).matches() || SSH.matcher(text).matches()) {
            throw new IllegalArgumentException("a repository is fetched over https only, so --source must begin with"
                    + " https://, or be a folder on the server's machine");
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("--source is empty");
        }
        return new SourceOption(Kind.FOLDER, text);
    }

    /** Adds it to a body's sources under a label that none of them has, and returns its settings. */
    ObjectNode addTo(ArrayNode sources) {
        Set<String> taken = new HashSet<>();
        sources.forEach(source -> taken.add(source.path("label").asText()));
        String label = kind.label;
        for (int number = 2; taken.contains(label); number++) {
            label = kind.label + "-" + number;
        }
        return sources.addObject()
                .put("label", label)
                .put("kind", kind.wireName)
                .putObject("config")
                .put(kind.field, place);
    }
}
