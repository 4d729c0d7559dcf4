package pond.common.swarm;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with placeholders such as {@code {{MODEL}}} or {@code {{SECRET:NAME}}}. It is taken apart once, and filled in one
 * pass: what is filled in is never looked at again, so a value that looks like a placeholder stays as it is. Anything that
 * has not exactly the form of a placeholder is plain text. Immutable.
 */
public final class Template {
    /** Upper case, and directly between the braces: JSON, which has braces of its own, never looks like that. */
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\{\\{([A-Z][A-Z0-9_]{0,63}(?::[A-Za-z_][A-Za-z0-9_]{0,127})?)\\}\\}");

    private final List<Part> parts;

    private Template(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** A piece of the text: as it stands, or a placeholder and its name. */
    private record Part(String text, Optional<String> name) {}

    /** Takes a text apart; every text is a template. */
    public static Template of(String text) {
        List<Part> parts = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(text);
        int end = 0;
        while (matcher.find()) {
            parts.add(new Part(text.substring(end, matcher.start()), Optional.empty()));
            parts.add(new Part(matcher.group(), Optional.of(matcher.group(1))));
            end = matcher.end();
        }
        parts.add(new Part(text.substring(end), Optional.empty()));
        return new Template(parts);
    }

    /** The names between the braces, such as {@code MODEL} or {@code SECRET:NAME}, in order, each once. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        parts.forEach(part -> part.name().ifPresent(names::add));
        return names;
    }

    /** The text with each placeholder replaced by its value; one that has none stays as it stands. */
    public String fill(Function<String, Optional<String>> values) {
        StringBuilder filled = new StringBuilder();
        for (Part part : parts) {
            filled.append(part.name().flatMap(values).orElse(part.text()));
        }
        return filled.toString();
    }
}
