package pond.worker.executors.swarm;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;

/** Says where a JSON text stops being one. Stateless. */
final class JsonPlace {
    private static final int MAX_REASON = 200;

    private JsonPlace() {}

    /**
     * Such as {@code line 3, column 17: Unexpected character …}.
     *
     * @param linesBefore those that stand before the text that was read
     */
    static String of(JsonProcessingException problem, int linesBefore) {
        JsonLocation at = problem.getLocation() == null ? JsonLocation.NA : problem.getLocation();
        return at(
                linesBefore + Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()), problem.getOriginalMessage());
    }

    static String at(int line, int column, String reason) {
        String printable = reason.replaceAll("\\p{Cntrl}", " ");
        String text = printable.length() > MAX_REASON ? printable.substring(0, MAX_REASON) : printable;
        return "line " + line + ", column " + column + ": " + text;
    }
}
