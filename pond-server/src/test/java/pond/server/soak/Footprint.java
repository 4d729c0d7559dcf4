package pond.server.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process has of the machine at a moment.
 *
 * @param residentMiB memory that it really has
 * @param heapMiB Java objects that are left after a collection
 * @param descriptors open files and sockets
 * @param children processes below it, at any depth
 */
public record Footprint(double residentMiB, double heapMiB, long threads, long descriptors, long children) {
    /** The heap as a whole; its parts are given in per cent. */
    private static final Pattern USED = Pattern.compile("^ *+(?!Metaspace|class space).*\\bused (\\d+)K");

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    /** Of a Java of the same version; makes it collect its garbage. */
    public static Footprint of(long pid) throws IOException, InterruptedException {
        String java = System.getProperty("java.home");
        run(List.of(java + "/bin/jcmd", Long.toString(pid), "GC.run"));
        double heap = run(List.of(java + "/bin/jcmd", Long.toString(pid), "GC.heap_info"))
                        .lines()
                        .map(USED::matcher)
                        .filter(Matcher::find)
                        .mapToLong(used -> Long.parseLong(used.group(1)))
                        .sum()
                / 1024.0;
        long children = ProcessHandle.of(pid).orElseThrow().descendants().count();
        return new Footprint(status(pid, "VmRSS") / 1024.0, heap, status(pid, "Threads"), descriptors(pid), children);
    }

    private static long status(long pid, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .map(NUMBER::matcher)
                .filter(Matcher::find)
                .mapToLong(number -> Long.parseLong(number.group()))
                .findFirst()
                .orElseThrow();
    }

    private static long descriptors(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return open.count();
        }
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(command + ": " + said);
        }
        return said;
    }

    @Override
    public String toString() {
        return "%.0f MiB resident, %.1f MiB heap, %d threads, %d descriptors, %d children"
                .formatted(residentMiB, heapMiB, threads, descriptors, children);
    }
}
