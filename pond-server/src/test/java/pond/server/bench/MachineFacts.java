package pond.server.bench;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What one must know of a machine to read its figures. */
final class MachineFacts {
    private MachineFacts() {}

    static void print(Report report, Path folder) throws IOException {
        report.heading("this machine");
        report.figure(
                "CPU",
                "%s, %d cores"
                        .formatted(
                                first(Path.of("/proc/cpuinfo"), "model name"),
                                Runtime.getRuntime().availableProcessors()));
        report.figure(
                "kernel",
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        report.figure("memory", first(Path.of("/proc/meminfo"), "MemTotal"));
        FileStore disk = Files.getFileStore(folder);
        report.figure("disk of the state folders", "%s on %s".formatted(disk.type(), disk.name()));
        report.figure("Java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
        report.figure("load", load());
    }

    /** How many processes wanted a core, over the last 1, 5 and 15 minutes. */
    static String load() throws IOException {
        return String.join(
                " ",
                Stream.of(Files.readString(Path.of("/proc/loadavg")).split(" ", -1))
                        .limit(3)
                        .toList());
    }

    /** The value of the first line with this name; processors of some makes do not tell theirs. */
    private static String first(Path file, String name) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("unknown");
        }
    }
}
