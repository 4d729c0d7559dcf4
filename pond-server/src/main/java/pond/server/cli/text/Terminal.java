package pond.server.cli.text;

/** Text from a server or a stage on its way to a terminal, which must not take orders from it. */
public final class Terminal {
    private Terminal() {}

    /** The text with control characters replaced, tab excepted. */
    public static String clean(String text) {
        if (text.chars().noneMatch(c -> isControl(c))) {
            return text;
        }
        StringBuilder clean = new StringBuilder(text.length());
        text.chars().forEach(c -> clean.append(isControl(c) ? '\ufffd' : (char) c));
        return clean.toString();
    }

    private static boolean isControl(int c) {
        return Character.isISOControl(c) && c != '\t';
    }
}
