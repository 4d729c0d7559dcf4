package pond.worker.broker;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a request's target may look like, and what it becomes below the provider's base address. */
final class Paths {
    /** Visible ASCII only, with nothing that one server reads as a separator and another does not. */
    private static final Pattern ORIGIN_FORM = Pattern.compile("/[!-\"$-;=\\?-\\[\\]-~]*");

    private static final Pattern VERSION = Pattern.compile("v\\d+[a-z0-9]*");
    private static final Pattern LEADING_VERSION = Pattern.compile("^/v\\d+[a-z0-9]*(?=/)");

    private Paths() {}

    /** What is wrong with a target; empty when it is in order. */
    static Optional<String> problem(String target) {
        if (!ORIGIN_FORM.matcher(target).matches()) {
            return Optional.of("the target is not a path of visible ASCII that begins with a slash");
        }
        int mark = target.indexOf('?');
        String path = (mark < 0 ? target : target.substring(0, mark)).toLowerCase(Locale.ROOT);
        if (path.contains("//") || path.contains("%2f") || path.contains("%5c") || path.contains("%2e")) {
            return Optional.of("the path has an empty segment or an encoded separator");
        }
        boolean dots = Arrays.stream(path.split("/", -1)).anyMatch(part -> part.equals(".") || part.equals(".."));
        return dots ? Optional.of("the path has a segment of dots") : Optional.empty();
    }

    /**
     * The target upstream: the request's path below the base's. A base that names a version already ({@code /v1},
     * {@code /v1beta/openai}, {@code /api/v4}) takes the place of the request's own.
     */
    static String upstream(URI base, String path, Optional<String> query) {
        String above = base.getRawPath() == null ? "" : base.getRawPath().replaceFirst("/+$", "");
        boolean versioned = Arrays.stream(above.split("/", -1))
                .anyMatch(part -> VERSION.matcher(part).matches());
        String below = versioned ? LEADING_VERSION.matcher(path).replaceFirst("") : path;
        String kept = query.map(Paths::withoutKeys).orElse("");
        return above + below + (kept.isEmpty() ? "" : "?" + kept);
    }

    private static String withoutKeys(String query) {
        return Arrays.stream(query.split("&", -1))
                .filter(part -> !part.isEmpty())
                .filter(part -> !isKey(part.split("=", 2)[0]))
                .collect(Collectors.joining("&"));
    }

    /** An encoded name could be the key's too, and no client of a listed path encodes one. */
    private static boolean isKey(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.contains("%") || lower.equals("key") || lower.equals("api_key") || lower.equals("access_token");
    }
}
