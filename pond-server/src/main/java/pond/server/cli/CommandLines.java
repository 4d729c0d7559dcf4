package pond.server.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;
import pond.common.ids.RunId;
import pond.common.ids.Uuids;
import pond.server.cli.client.Refused;
import pond.server.cli.client.Unreachable;
import pond.server.cli.context.ContextFile;
import pond.server.cli.files.UnusableFile;
import pond.server.cli.text.Terminal;
import pond.server.errors.PondException;

/**
 * What all commands have in common: environment twins of options, ids, exit codes, and one line instead of a stack trace.
 */
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
        showExitCodes(root);
        root.registerConverter(
                RunId.class,
                text -> RunId.parse(text)
                        .orElseThrow(() ->
                                new TypeConversionException("'" + Terminal.clean(text) + "' is not the id of a run")));
        root.registerConverter(
                UUID.class,
                text -> Uuids.parse(text)
                        .orElseThrow(() -> new TypeConversionException("'" + Terminal.clean(text) + "' is not an id")));
        root.setParameterExceptionHandler((wrong, args) -> {
            CommandLine command = wrong.getCommandLine();
            command.getErr().println("pond-server: " + wrong.getMessage());
            command.getErr()
                    .println(
                            "'" + command.getCommandSpec().qualifiedName() + " --help' tells what this command takes.");
            return ExitCode.USAGE;
        });
        root.setDefaultValueProvider(option -> twin(option, env));
        root.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("pond-server: " + message(failure));
            return exitCode(failure);
        });
        return root;
    }

    private static void showExitCodes(CommandLine command) {
        command.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.table());
        command.getSubcommands().values().forEach(CommandLines::showExitCodes);
    }

    private static int exitCode(Exception failure) {
        if (failure instanceof Refused refused) {
            return ExitCode.ofHttp(refused.status());
        }
        if (failure instanceof PondException refused) {
            return ExitCode.of(refused.code());
        }
        if (failure instanceof Unreachable) {
            return ExitCode.UNREACHABLE;
        }
        boolean badFile = failure instanceof UnusableFile || failure instanceof NoSuchFileException;
        return badFile ? ExitCode.USAGE : ExitCode.FAILED;
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
        if (failure instanceof PondException refused) {
            return Refused.describe(refused.getMessage(), refused.problems());
        }
        if (failure instanceof NoSuchFileException missing) {
            return "there is no file " + missing.getFile();
        }
        boolean expected =
                failure instanceof IOException || failure instanceof UncheckedIOException || failure instanceof Refused;
        String text = String.valueOf(failure.getMessage());
        return expected ? text : failure.getClass().getSimpleName() + ": " + text;
    }
}
