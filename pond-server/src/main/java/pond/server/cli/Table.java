package pond.server.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Columns for people. Programs use {@code --json}. */
final class Table {
    private Table() {}

    static void print(PrintWriter out, List<String> head, List<List<String>> rows) {
        List<List<String>> all = new ArrayList<>(rows);
        all.add(0, head);
        rows(out, all);
    }

    /** Rows of the same length, without a head. */
    static void rows(PrintWriter out, List<List<String>> rows) {
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
    static String cell(@Nullable Object value) {
        return value == null ? "-" : Terminal.clean(value.toString());
    }
}
