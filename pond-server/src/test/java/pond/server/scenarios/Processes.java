package pond.server.scenarios;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A look at the processes of this machine. */
public final class Processes {
    private Processes() {}

    /** Whether a process runs; one that has ended and waits to be collected by its parent does not. */
    public static boolean isAlive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            // Linux says "no such process" when it ends between the open and the read.
            return Files.exists(Path.of("/proc/" + pid));
        }
    }

    /** Those of a session, which a process that made itself a leader ({@code setsid}) began. */
    public static List<Long> inSession(long leader) {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .map(Long::valueOf)
                    .filter(pid -> session(pid) == leader)
                    .filter(Processes::isAlive)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long session(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            // After the name, which may have blanks and parentheses: state, parent, group, session.
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[3]);
        } catch (IOException e) {
            return -1;
        }
    }

    /** Those with this text somewhere in their command line. */
    public static List<Long> withArgument(String text) {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .map(Long::valueOf)
                    .filter(pid -> commandLine(pid).contains(text))
                    .filter(Processes::isAlive)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command lines of all that this test has begun, by itself or through others, and that run now. Other tests run beside it. */
    static List<String> commandLines() {
        return ProcessHandle.current()
                .descendants()
                .map(ProcessHandle::pid)
                .map(Processes::commandLine)
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
