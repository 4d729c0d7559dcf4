package pond.worker.broker.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import pond.common.json.Json;

/** The tools by which agent programs run a shell command, and how each wants to be told which. */
final class Tools {
    /** Names that programs use, in the order in which one is chosen, with the argument that holds the command. */
    private static final List<Map.Entry<String, String>> SHELLS = List.of(
            Map.entry("exec_command", "cmd"),
            Map.entry("shell_command", "command"),
            Map.entry("Bash", "command"),
            Map.entry("bash", "command"),
            Map.entry("run_shell_command", "command"),
            Map.entry("execute_command", "command"),
            Map.entry("run_terminal_command", "command"));

    private Tools() {}

    static Optional<Reply.ToolCall> call(List<String> offered, String command) {
        return SHELLS.stream()
                .filter(shell -> offered.contains(shell.getKey()))
                .findFirst()
                .map(shell -> new Reply.ToolCall(
                        shell.getKey(),
                        Json.write(Reply.object(shell.getValue(), command, "description", "Writes a file"))));
    }
}
