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
 * @param input what it reads on standard input
 */
public record Command(List<String> argv, Path directory, ChildEnvironment environment, Secrets secrets, Input input) {
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

    /** A command that reads nothing. */
    public Command(List<String> argv, Path directory, ChildEnvironment environment, Secrets secrets) {
        this(argv, directory, environment, secrets, Input.NONE);
    }

    /** A command that was given no secrets and reads nothing. */
    public Command(List<String> argv, Path directory, ChildEnvironment environment) {
        this(argv, directory, environment, Secrets.NONE);
    }
}
