package pond.common.swarm;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import pond.common.problems.Fields;

/** Which placeholders may stand where in a harness. A mistyped one would reach the agent as it stands, so it is refused. */
final class PlaceholderRules {
    static final Set<Placeholder> IN_COMMAND =
            EnumSet.of(Placeholder.MODEL, Placeholder.BROKER_URL, Placeholder.DUMMY_KEY, Placeholder.PROMPT);
    static final Set<Placeholder> IN_ENV = EnumSet.of(Placeholder.MODEL, Placeholder.BROKER_URL, Placeholder.DUMMY_KEY);
    /** A secret goes nowhere else: lists of processes show commands, and an agent's tools inherit its environment. */
    static final Set<Placeholder> IN_FILES =
            EnumSet.of(Placeholder.MODEL, Placeholder.BROKER_URL, Placeholder.DUMMY_KEY, Placeholder.SECRET);

    /** Whatever somebody may have meant as a placeholder: wider than what {@link Template} fills. */
    private static final Pattern MEANT = Pattern.compile("\\{\\{([^{}\\n]{0,200})\\}\\}");

    private final Fields fields;

    PlaceholderRules(Fields fields) {
        this.fields = fields;
    }

    /** Reports every placeholder of a text that is unknown, or may not stand there. */
    void check(String name, String text, Set<Placeholder> allowed) {
        Matcher meant = MEANT.matcher(text);
        while (meant.find()) {
            Optional<Placeholder> known =
                    Template.of(meant.group()).names().stream().findFirst().flatMap(Placeholder::of);
            if (known.filter(allowed::contains).isEmpty()) {
                fields.report(
                        name,
                        (known.isPresent() ? "must not have the placeholder " : "has the unknown placeholder ")
                                + Fields.shorten(meant.group())
                                + (known.isPresent() ? " here" : "")
                                + "; known here: " + shown(allowed));
            }
        }
    }

    private static String shown(Set<Placeholder> allowed) {
        return allowed.stream()
                .map(placeholder -> placeholder == Placeholder.SECRET ? "{{SECRET:NAME}}" : "{{" + placeholder + "}}")
                .collect(Collectors.joining(", "));
    }
}
