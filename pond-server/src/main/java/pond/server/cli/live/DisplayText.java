package pond.server.cli.live;

import java.util.regex.Pattern;

/**
 * Text as a terminal shows it: how wide it is, and what it may not do. Widths are those of most terminals; where one differs
 * the line is cut a little early or late, which the screen bears.
 */
final class DisplayText {
    private static final int TAB = 8;
    private static final char REPLACEMENT = '\ufffd';
    /** Shown in the last column of what is longer. */
    private static final String CUT = ">";

    /**
     * Orders to a terminal: control sequences, then strings such as titles and links up to their end, then the short ones.
     * The eight-bit forms are meant, too.
     */
    private static final Pattern ORDERS = Pattern.compile("(?s)(\u001b\\[|\u009b)[0-?]*[ -/]*[@-~]?"
            + "|(\u001b[\\]P_^X]|[\u0090\u0098\u009d\u009e\u009f]).*?(\u0007|\u001b\\\\|\u009c|$)"
            + "|\u001b[ -/]*[0-~]?");

    /** Two columns each: first and last of a range, ranges in order. East Asian scripts, and emoji that are drawn so. */
    private static final int[] WIDE = {
        0x1100, 0x115f, 0x231a, 0x231b, 0x2329, 0x232a, 0x23e9, 0x23ec, 0x23f0, 0x23f0, 0x23f3, 0x23f3, 0x25fd, 0x25fe,
        0x2614, 0x2615, 0x2648, 0x2653, 0x267f, 0x267f, 0x2693, 0x2693, 0x26a1, 0x26a1, 0x26aa, 0x26ab, 0x26bd, 0x26be,
        0x26c4, 0x26c5, 0x26ce, 0x26ce, 0x26d4, 0x26d4, 0x26ea, 0x26ea, 0x26f2, 0x26f3, 0x26f5, 0x26f5, 0x26fa, 0x26fa,
        0x26fd, 0x26fd, 0x2705, 0x2705, 0x270a, 0x270b, 0x2728, 0x2728, 0x274c, 0x274c, 0x274e, 0x274e, 0x2753, 0x2755,
        0x2757, 0x2757, 0x2795, 0x2797, 0x27b0, 0x27b0, 0x27bf, 0x27bf, 0x2b1b, 0x2b1c, 0x2b50, 0x2b50, 0x2b55, 0x2b55,
        0x2e80, 0x303e, 0x3041, 0xa4cf, 0xa960, 0xa97f, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6f,
        0xff00, 0xff60, 0xffe0, 0xffe6, 0x16fe0, 0x18dff, 0x1aff0, 0x1b2ff, 0x1f004, 0x1f004, 0x1f0cf, 0x1f0cf, 0x1f18e,
        0x1f18e, 0x1f191, 0x1f19a, 0x1f200, 0x1f320, 0x1f32d, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f7e0, 0x1f7eb, 0x1f90c,
        0x1f9ff, 0x1fa70, 0x1faff, 0x20000, 0x3fffd
    };

    private DisplayText() {}

    /**
     * The text without orders to the terminal: their sequences are left out, other control characters replaced, tabs
     * filled up with blanks, and marks that change the direction or join signs left out. Of a line that was written over
     * with carriage returns the last one counts, as it would on a terminal.
     */
    static String harmless(String text) {
        if (text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            return text;
        }
        String plain = ORDERS.matcher(text).replaceAll("").replaceFirst("\r+$", "");
        StringBuilder harmless = new StringBuilder(plain.length());
        plain.substring(plain.lastIndexOf('\r') + 1).codePoints().forEach(c -> append(harmless, c));
        return harmless.toString();
    }

    private static void append(StringBuilder text, int c) {
        if (c == '\t') {
            text.append(" ".repeat(TAB - width(text.toString()) % TAB));
            return;
        }
        switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                text.append(REPLACEMENT);
            case Character.FORMAT -> {
                // Joiners, and marks that turn the direction of what follows: nothing of them is to be seen.
            }
            default -> {
                // A selector of variants makes signs as wide as a terminal likes.
                if (c < 0xfe00 || c > 0xfe0f) {
                    text.appendCodePoint(c);
                }
            }
        }
    }

    /** In columns. */
    static int width(String text) {
        return text.codePoints().map(DisplayText::width).sum();
    }

    private static int width(int c) {
        if (c < WIDE[0]) {
            return isCombining(c) ? 0 : 1;
        }
        for (int i = 0; i < WIDE.length && WIDE[i] <= c; i += 2) {
            if (c <= WIDE[i + 1]) {
                return 2;
            }
        }
        return isCombining(c) || (c >= 0x1160 && c <= 0x11ff) ? 0 : 1;
    }

    private static boolean isCombining(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
    }

    /** The text in so many columns at most; what is longer ends with a sign of that. */
    static String cut(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        int room = columns - CUT.length();
        if (room < 0) {
            return "";
        }
        StringBuilder cut = new StringBuilder();
        int used = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            used += width(c);
            if (used > room) {
                break;
            }
            cut.appendCodePoint(c);
            i += Character.charCount(c);
        }
        return cut + CUT;
    }

    /** The text in exactly so many columns, or one less where half a sign would be left. */
    static String column(String text, int columns) {
        String cut = cut(text, columns);
        return cut + " ".repeat(columns - width(cut));
    }
}
