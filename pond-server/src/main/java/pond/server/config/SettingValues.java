package pond.server.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pond.common.net.AddressRange;

/** How the texts of settings are read; each throws {@link IllegalArgumentException} for what it does not take. */
final class SettingValues {
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,18})([kmg]?)", Pattern.CASE_INSENSITIVE);
    private static final Pattern TOKEN = Pattern.compile("[!-~]{1,512}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:_-]{1,253}|\\[[0-9A-Fa-f:.]+]");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");
    private static final Pattern SUBJECT = Pattern.compile("[!-~]{1,255}");
    private static final Set<String> LOCAL_EXECUTORS = Set.of("noop", "builtin", "shell");
    private static final int KEY_BYTES = 32;

    private SettingValues() {}

    static int integer(String text, int min, int max) {
        int number = Integer.parseInt(text);
        require(number >= min && number <= max);
        return number;
    }

    /** A plain number, or one of kibi-, mebi- or gibibytes with {@code k}, {@code m} or {@code g} behind. */
    static long bytes(String text) {
        Matcher matcher = BYTES.matcher(text);
        require(matcher.matches());
        int shift = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
        };
        long number = Long.parseLong(matcher.group(1));
        require(number > 0 && number <= Long.MAX_VALUE >> shift);
        return number << shift;
    }

    /** Empty for {@code unlimited}. */
    static <T> Optional<T> orUnlimited(String text, Function<String, T> read) {
        return text.equals("unlimited") ? Optional.empty() : Optional.of(read.apply(text));
    }

    static boolean bool(String text) {
        require(text.equals("true") || text.equals("false"));
        return text.equals("true");
    }

    static Path path(String text) {
        require(!text.isBlank());
        return Path.of(text);
    }

    static String host(String text) {
        require(HOST.matcher(text).matches());
        return text;
    }

    static String token(String text) {
        require(TOKEN.matcher(text).matches());
        return text;
    }

    static URI url(String text) {
        URI url = URI.create(text);
        require(url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme())));
        require(url.getQuery() == null && url.getFragment() == null && url.getUserInfo() == null);
        return url;
    }

    static byte[] key(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        require(bytes.length == KEY_BYTES);
        return bytes;
    }

    static Set<String> hosts(String text) {
        return words(text, word -> HOST.matcher(word).matches());
    }

    static Set<String> labels(String text) {
        return words(text, word -> LABEL.matcher(word).matches());
    }

    /** Sorted by their text, so that the order in which they are given does not matter. */
    static List<AddressRange> ranges(String text) {
        return words(text, word -> true).stream()
                .sorted()
                .map(AddressRange::parse)
                .toList();
    }

    static Set<String> subjects(String text) {
        return words(text, word -> SUBJECT.matcher(word).matches());
    }

    static Set<String> localExecutors(String text) {
        return words(text, LOCAL_EXECUTORS::contains);
    }

    static String oneOf(String text, String... words) {
        require(Arrays.asList(words).contains(text));
        return text;
    }

    private static Set<String> words(String text, Predicate<String> valid) {
        List<String> words = Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
        require(words.stream().allMatch(valid));
        return Set.copyOf(new LinkedHashSet<>(words));
    }

    private static void require(boolean valid) {
        if (!valid) {
            throw new IllegalArgumentException("not a value that this setting takes");
        }
    }
}
