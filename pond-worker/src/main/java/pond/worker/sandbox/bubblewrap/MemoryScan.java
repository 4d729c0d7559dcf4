package pond.worker.sandbox.bubblewrap;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One look at /proc: who is whose child. What vanishes meanwhile counts nothing. */
final class MemoryScan {
    private static final long KIB = 1024;

    private final Map<Long, List<Long>> children;

    private MemoryScan(Map<Long, List<Long>> children) {
        this.children = children;
    }

    static MemoryScan now() {
        Map<Long, List<Long>> children = new HashMap<>();
        String[] names = new File("/proc").list();
        Stream.of(names == null ? new String[0] : names)
                .filter(name -> Character.isDigit(name.charAt(0)))
                .forEach(pid -> read("/proc/" + pid + "/stat")
                        .map(line -> line.substring(line.lastIndexOf(')') + 2).split(" ", 3))
                        .ifPresent(fields -> children.computeIfAbsent(Long.valueOf(fields[1]), key -> new ArrayList<>())
                                .add(Long.valueOf(pid))));
        return new MemoryScan(children);
    }

    /**
     * Bytes that a process and all below it hold for themselves. Inside a sandbox nobody gets out of this tree: whoever
     * loses its parent becomes a child of the first process. Pages that a fork shares count for each that has them.
     */
    long below(long pid) {
        long bytes = 0;
        Deque<Long> left = new ArrayDeque<>(List.of(pid));
        while (!left.isEmpty()) {
            long next = left.pop();
            bytes += own(next);
            children.getOrDefault(next, List.of()).forEach(left::push);
        }
        return bytes;
    }

    private static long own(long pid) {
        return read("/proc/" + pid + "/status").stream()
                .flatMap(String::lines)
                .filter(line ->
                        line.startsWith("RssAnon:") || line.startsWith("RssShmem:") || line.startsWith("VmSwap:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB)
                .sum();
    }

    private static Optional<String> read(String file) {
        try (FileInputStream in = new FileInputStream(file)) {
            return Optional.of(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
