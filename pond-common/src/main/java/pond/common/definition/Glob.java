package pond.common.definition;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern for paths with {@code /} between their parts. {@code *} and {@code ?} stay within a part, {@code [a-z]} and
 * {@code [!a-z]} match one character, <code>{a,b}</code> is either, and a part that is {@code **} matches any number of
 * parts, none included. Case counts. A pattern that ends in {@code /} means everything below that folder.
 *
 * <p>Matching takes at most (length of pattern) × (length of path) steps, so a pattern cannot be used to keep a server
 * busy, as regular expressions can. Immutable.
 */
public final class Glob {
    private static final int MAX_LENGTH = 512;
    private static final int MAX_ALTERNATIVES = 64;

    private final String text;
    private final List<String[]> alternatives;

    private Glob(String text, List<String[]> alternatives) {
        this.text = text;
        this.alternatives = alternatives;
    }

    /** Throws {@link IllegalArgumentException} with a message for the pattern's author. */
    public static Glob of(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a glob has 1 to " + MAX_LENGTH + " characters");
        }
        List<String> expanded = new ArrayList<>();
        expand(text.endsWith("/") ? text + "**" : text, expanded);
        expanded.forEach(Glob::check);
        return new Glob(text, expanded.stream().map(one -> one.split("/", -1)).toList());
    }

    /** Whether the whole path matches. */
    public boolean matches(String path) {
        String[] parts = path.split("/", -1);
        return alternatives.stream().anyMatch(pattern -> matchesParts(pattern, parts));
    }

    private static boolean matchesParts(String[] pattern, String[] parts) {
        int p = 0;
        int s = 0;
        int star = -1;
        int resume = 0;
        while (s < parts.length) {
            if (p < pattern.length && pattern[p].equals("**")) {
                star = p++;
                resume = s;
            } else if (p < pattern.length && matchesPart(pattern[p], parts[s])) {
                p++;
                s++;
            } else if (star >= 0) {
                // The last ** takes one part more; earlier ones need not: what they left has matched already.
                p = star + 1;
                s = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p].equals("**")) {
            p++;
        }
        return p == pattern.length;
    }

    private static boolean matchesPart(String pattern, String part) {
        int p = 0;
        int s = 0;
        int star = -1;
        int resume = 0;
        while (s < part.length()) {
            int c = part.codePointAt(s);
            int width = p < pattern.length() ? matchOne(pattern, p, c) : 0;
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = s;
            } else if (width > 0) {
                p += width;
                s += Character.charCount(c);
            } else if (star >= 0) {
                p = star + 1;
                resume += Character.charCount(part.codePointAt(resume));
                s = resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** How many characters of the pattern match this one character; 0 when they do not. */
    private static int matchOne(String pattern, int at, int c) {
        return switch (pattern.charAt(at)) {
            case '?' -> 1;
            case '[' -> {
                int end = classEnd(pattern, at);
                yield inClass(pattern, at + 1, end, c) ? end - at + 1 : 0;
            }
            default -> pattern.codePointAt(at) == c ? Character.charCount(c) : 0;
        };
    }

    /** Where the ']' of a class is, or -1; one that comes first in the class is a member of it. */
    private static int classEnd(String pattern, int open) {
        return pattern.indexOf(']', open + (pattern.startsWith("!", open + 1) ? 3 : 2));
    }

    private static boolean inClass(String pattern, int from, int end, int c) {
        boolean negated = pattern.charAt(from) == '!';
        int i = negated ? from + 1 : from;
        boolean found = false;
        while (i < end) {
            int first = pattern.codePointAt(i);
            i += Character.charCount(first);
            int last = first;
            if (i + 1 < end && pattern.charAt(i) == '-') {
                last = pattern.codePointAt(i + 1);
                i += 1 + Character.charCount(last);
            }
            found |= first <= c && c <= last;
        }
        return found != negated;
    }

    private static void check(String pattern) {
        List<String> parts = List.of(pattern.split("/", -1));
        if (pattern.startsWith("/") || parts.contains("..")) {
            throw new IllegalArgumentException("a glob is relative to the checkout and has no '..'");
        }
        for (String part : parts) {
            int at = part.indexOf('[');
            while (at >= 0) {
                int end = classEnd(part, at);
                if (end < 0) {
                    throw new IllegalArgumentException("a '[' has no ']' in the same part of the path");
                }
                at = part.indexOf('[', end + 1);
            }
        }
    }

    private static void expand(String pattern, List<String> into) {
        int open = pattern.indexOf('{');
        if (open < 0) {
            if (into.size() >= MAX_ALTERNATIVES) {
                throw new IllegalArgumentException("its braces give more than " + MAX_ALTERNATIVES + " patterns");
            }
            into.add(pattern);
            return;
        }
        int close = pattern.indexOf('}', open);
        if (close < 0 || pattern.substring(open + 1, close).contains("{")) {
            throw new IllegalArgumentException("a '{' has no '}' of its own; braces do not nest");
        }
        for (String choice : pattern.substring(open + 1, close).split(",", -1)) {
            expand(pattern.substring(0, open) + choice + pattern.substring(close + 1), into);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
