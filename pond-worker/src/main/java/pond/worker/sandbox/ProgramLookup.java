package pond.worker.sandbox;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds a command's program as execvp(3) would in the child, so that what cannot be started is told before a process is
 * made: the launcher that a child begins as could only print it among the child's own output.
 */
final class ProgramLookup {
    /** Where execvp looks when there is no PATH (confstr(3), _CS_PATH). */
    private static final String DEFAULT_PATH = "/bin:/usr/bin";

    private ProgramLookup() {}

    /** The command cannot be started; the message is fit for a client's eyes. */
    static final class CannotStart extends Exception {
        private final String reason;

        CannotStart(String reason) {
            super(reason);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    /** The program's absolute path. */
    static Path find(Command command) throws CannotStart {
        requireDirectory(command.directory());
        String program = command.argv().get(0);
        List<Path> candidates;
        try {
            candidates = candidates(program, command);
        } catch (InvalidPathException e) {
            throw new CannotStart("not a program name: '" + program + "'");
        }
        return candidates.stream()
                .filter(Files::isRegularFile)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new CannotStart(
                        candidates.stream().anyMatch(Files::exists)
                                ? "program is not an executable file: '" + program + "'"
                                : "program not found: '" + program + "'"));
    }

    private static List<Path> candidates(String program, Command command) {
        Path directory = command.directory().toAbsolutePath();
        if (program.isEmpty()) {
            return List.of();
        }
        if (program.indexOf('/') >= 0) {
            return List.of(directory.resolve(program));
        }
        String path = command.environment().variables().getOrDefault("PATH", DEFAULT_PATH);
        return Stream.of(path.split(":", -1))
                .map(entry -> directory.resolve(entry).resolve(program))
                .toList();
    }

    private static void requireDirectory(Path directory) throws CannotStart {
        if (!Files.exists(directory)) {
            throw new CannotStart("the working directory does not exist");
        }
        if (!Files.isDirectory(directory) || !Files.isExecutable(directory)) {
            throw new CannotStart("the working directory cannot be entered");
        }
    }
}
