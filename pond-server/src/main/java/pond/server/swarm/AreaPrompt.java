package pond.server.swarm;

import java.util.List;
import java.util.Optional;
import pond.common.swarm.Template;

/**
 * The prompt of a fan-out, filled for one area: {@code {{AREA_TITLE}}}, {@code {{GLOBS}}}, one a line, and
 * {@code {{WHY}}}. Filled in one pass: what an area says is never looked at for placeholders.
 */
public final class AreaPrompt {
    /** Twice what a definition may have; a prompt that an area makes longer is a mistake, or an attack. */
    private static final int MAX_LENGTH = 2 << 20;

    private final String text;
    private final Template template;

    public AreaPrompt(String text) {
        this.text = text;
        this.template = Template.of(text);
    }

    /** The prompt for an area that {@link #check} has let pass. */
    public String fill(Area area) {
        return template.fill(name -> value(area, name));
    }

    /** Throws {@link FanOutException} areas_invalid when an area would make the prompt too long. */
    public void check(List<Area> areas) {
        for (Area area : areas) {
            long length = text.length()
                    + growth("AREA_TITLE", area.title().length())
                    + growth("GLOBS", globs(area).length())
                    + growth("WHY", area.why().length());
            if (length > MAX_LENGTH) {
                throw FanOutException.invalid(
                        "area '" + area.key() + "' makes the prompt longer than " + MAX_LENGTH + " characters");
            }
        }
    }

    private long growth(String name, int length) {
        String placeholder = "{{" + name + "}}";
        long count = 0;
        for (int at = text.indexOf(placeholder); at >= 0; at = text.indexOf(placeholder, at + placeholder.length())) {
            count++;
        }
        return count * Math.max(0, length - placeholder.length());
    }

    private static Optional<String> value(Area area, String name) {
        return switch (name) {
            case "AREA_TITLE" -> Optional.of(area.title());
            case "GLOBS" -> Optional.of(globs(area));
            case "WHY" -> Optional.of(area.why());
            default -> Optional.empty();
        };
    }

    private static String globs(Area area) {
        return String.join("\n", area.globs());
    }
}
