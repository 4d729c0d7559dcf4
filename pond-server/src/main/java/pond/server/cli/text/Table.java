package pond.server.cli.text;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Columns for people. Programs use {@code --json}. */
public final class Table {
    private Table() {}

    /** Prints rows under a head; all of them have as many cells as the head. */
    public static void print(PrintWriter out, List<String> head, List<List<String>> rows) {
        List<List<String>> all = new ArrayList<>(rows);
        all.add(0, head);
        rows(out, all);
    }

    /** Prints rows of the same length without a head; there must be one at least. */
    public static void rows(PrintWriter out, List<List<String>> rows) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    /** A value in one line, without the control characters that would drive the terminal; {@code -} for none. */
    public static String cell(@Nullable Object value) {
        return value == null ? "-" : Terminal.clean(value.toString());
    }
}
