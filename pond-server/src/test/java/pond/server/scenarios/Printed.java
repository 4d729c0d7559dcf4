package pond.server.scenarios;

import java.util.regex.Pattern;

/**
 * What a page says that a command prints: {@code …} stands for anything within a line, a line of nothing but {@code …} or
 * {@code ...} for any number of lines. In JSON, which begins with a brace or bracket, white space does not matter and
 * {@code …} stands for anything at all.
 */
final class Printed {
    private static final String ANYTHING = "…";

    private Printed() {}

    static boolean matches(String expected, String actual) {
        if (expected.startsWith("{") || expected.startsWith("[")) {
            String pattern = pattern(withoutSpace(expected), ".*");
            return Pattern.compile(pattern, Pattern.DOTALL)
                    .matcher(withoutSpace(actual))
                    .matches();
        }
        StringBuilder pattern = new StringBuilder();
        expected.strip().lines().forEach(line -> {
            boolean lines = line.strip().equals(ANYTHING) || line.strip().equals("...");
            pattern.append(lines ? "(?:.*\n)*" : pattern(line.stripTrailing(), ".*") + "[ \t]*\n");
        });
        String printed = actual.isBlank() ? "" : actual.strip() + "\n";
        return Pattern.compile(pattern.toString())
                .matcher(printed.replace("\r\n", "\n"))
                .matches();
    }

    private static String pattern(String text, String anything) {
        StringBuilder pattern = new StringBuilder();
        String[] parts = text.split(ANYTHING, -1);
        for (int i = 0; i < parts.length; i++) {
            pattern.append(i == 0 ? "" : anything).append(Pattern.quote(parts[i]));
        }
        return pattern.toString();
    }

    private static String withoutSpace(String json) {
        return json.replaceAll("\\s+", "");
    }
}
