package pond.worker.sandbox;

import java.nio.file.Path;
import java.util.List;

/**
 * What to run, where, and with which variables.
 *
 * @param argv the program and its arguments; a program without a slash is looked up in the child's own {@code PATH}
 * @param directory where the program starts
 * @param environment all variables it gets
 */
public record Command(List<String> argv, Path directory, ChildEnvironment environment) {
    /** @throws IllegalArgumentException if {@code argv} is empty or an argument contains NUL */
    public Command {
        argv = List.copyOf(argv);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("a command needs a program");
        }
        if (argv.stream().anyMatch(argument -> argument.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException("a command's arguments cannot contain NUL");
        }
    }
}
