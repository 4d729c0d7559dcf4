package pond.server.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the kernel tells of processes. */
final class Processes {
    private static final Path PROC = Path.of("/proc");

    private Processes() {}

    /** What all threads of a process have computed since its start. The kernel counts hundredths of a second. */
    static double cpuSeconds(long pid) throws IOException {
        String stat = Files.readString(PROC.resolve(pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    /** How many processes have this text on their command line. */
    static long withArgument(String text) throws IOException {
        try (Stream<Path> all = Files.list(PROC)) {
            return all.filter(process -> process.getFileName().toString().matches("[0-9]+"))
                    .filter(process -> commandLine(process).contains(text))
                    .count();
        }
    }

    private static String commandLine(Path process) {
        try {
            return new String(Files.readAllBytes(process.resolve("cmdline")), ISO_8859_1);
        } catch (IOException e) {
            // It has ended in the meantime.
            return "";
        }
    }
}
