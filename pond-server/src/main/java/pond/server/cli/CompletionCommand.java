package pond.server.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}. */
@Command(
        name = "completion",
        description = {
            "Print a script that completes the words of 'pond' in a shell.",
            "In bash: source <(pond completion bash)"
        },
        mixinStandardHelpOptions = true)
public final class CompletionCommand implements Callable<Integer> {
    /** The script in {@code scripts}, under which people have this program. */
    private static final String PROGRAM = "pond";

    private static final List<String> SHELLS = List.of("bash", "zsh");

    @Parameters(paramLabel = "SHELL", description = "bash or zsh; the script is the same and finds out.")
    String shell = "bash";

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        if (!SHELLS.contains(shell)) {
            throw new ParameterException(spec.commandLine(), "the shell must be one of " + String.join(", ", SHELLS));
        }
        spec.commandLine()
                .getOut()
                .println(AutoComplete.bash(PROGRAM, spec.root().commandLine()));
        return ExitCode.OK;
    }
}
