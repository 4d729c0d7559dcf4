package pond.server.cli.live;

import java.io.PrintWriter;
import java.util.List;

/**
 * The terminal's other screen, which has no lines that scroll and comes and goes as a whole. A frame is written over the one
 * before in one piece, each line with what clears the rest of it, so nothing flickers. While it is open the cursor is
 * hidden and long lines do not wrap; {@link #close} undoes all that. Safe to share: the hook of a Ctrl-C closes it, too.
 */
final class Screen implements AutoCloseable {
    private static final String OPEN = "\u001b[?1049h\u001b[?25l\u001b[?7l";
    private static final String CLOSE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_TO_END_OF_LINE = "\u001b[K";

    private final PrintWriter out;
    private final boolean coloured;
    private boolean open = true;
    private List<StyledLine> shown = List.of();

    Screen(PrintWriter out, boolean coloured) {
        this.out = out;
        this.coloured = coloured;
        write(OPEN);
    }

    /** Shows the lines on a terminal of so many rows. */
    synchronized void draw(List<StyledLine> lines, int height) {
        if (!open) {
            return;
        }
        StringBuilder frame = new StringBuilder(HOME);
        for (int row = 0; row < height; row++) {
            frame.append(row == 0 ? "" : "\r\n");
            frame.append(row < lines.size() ? lines.get(row).text(coloured) : "")
                    .append(CLEAR_TO_END_OF_LINE);
        }
        write(frame.toString());
        shown = List.copyOf(lines);
    }

    /** Gives the terminal back, and leaves the last frame on its ordinary screen. */
    @Override
    public synchronized void close() {
        if (!open) {
            return;
        }
        open = false;
        StringBuilder last = new StringBuilder(CLOSE);
        shown.forEach(line -> last.append(line.text(coloured)).append("\r\n"));
        write(last.toString());
    }

    private void write(String text) {
        out.write(text);
        out.flush();
    }
}
