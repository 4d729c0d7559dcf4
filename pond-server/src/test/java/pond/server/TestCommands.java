package pond.server;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** The command line of the jar, in this process. */
public final class TestCommands {
    private TestCommands() {}

    /** All that a command prints, on both streams. */
    public static String execute(String... args) {
        StringWriter output = new StringWriter();
        PrintWriter printed = new PrintWriter(output, true);
        ServerMain.commandLine(Map.of(), config -> {
                    throw new IllegalStateException("nothing is served here");
                })
                .setOut(printed)
                .setErr(printed)
                .execute(args);
        return output.toString();
    }
}
