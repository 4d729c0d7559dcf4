package pond.worker.sandbox;

import java.nio.file.Path;
import java.util.List;

/**
 * What to run, where, and with which variables.
 *
 * @param argv the program and its arguments; a program without a slash is looked up in the child's own {@code PATH}
 * @param directory where the program starts
 * @param environment all variables it gets
 * @param secrets what is masked in its output
 */
public record Command(List<String> argv, Path directory, ChildEnvironment environment, Secrets secrets) {
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

    /** A command that was given no secrets. */
    public Command(List<String> argv, Path directory, ChildEnvironment environment) {
        this(argv, directory, environment, Secrets.NONE);
    }
}
