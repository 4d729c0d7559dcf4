package pond.server.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;
import pond.common.ids.RunId;

/** What all commands have in common: environment twins of options, ids, and one line instead of a stack trace. */
public final class CommandLines {
    private static final Map<String, String> TWINS = Map.of(
            "--server", "POND_URL",
            "--token", "POND_TOKEN",
            "--context", "POND_CONTEXT",
            "--state-dir", "POND_STATE_DIR");
    private static final String CONTEXTS_FILE = "--contexts-file";

    private CommandLines() {}

    /** Prepares a root command and all below it. */
    public static CommandLine prepare(CommandLine root, Map<String, String> env) {
        root.registerConverter(
                RunId.class,
                text -> RunId.parse(text)
                        .orElseThrow(() ->
                                new TypeConversionException("'" + Terminal.clean(text) + "' is not the id of a run")));
        root.setDefaultValueProvider(option -> twin(option, env));
        root.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("pond-server: " + message(failure));
            return failure instanceof Refused ? ExitCode.REFUSED : ExitCode.FAILED;
        });
        return root;
    }

    private static @Nullable String twin(ArgSpec argument, Map<String, String> env) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        if (option.longestName().equals(CONTEXTS_FILE)) {
            return ContextFile.place(env).map(Path::toString).orElse(null);
        }
        return Optional.ofNullable(TWINS.get(option.longestName()))
                .map(env::get)
                .filter(text -> !text.isEmpty())
                .orElse(null);
    }

    private static String message(Exception failure) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
        boolean expected =
                failure instanceof IOException || failure instanceof UncheckedIOException || failure instanceof Refused;
        String text = String.valueOf(failure.getMessage());
        return expected ? text : failure.getClass().getSimpleName() + ": " + text;
    }
}
