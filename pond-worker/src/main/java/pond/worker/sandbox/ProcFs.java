package pond.worker.sandbox;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Reads what Linux tells about processes in /proc (proc(5)). Whatever cannot be read is a process that is gone. */
final class ProcFs {
    private static final int EXEC_CHECKS = 2_000;
    private static final long EXEC_CHECK_NANOS = 50_000;

    /**
     * The fields of /proc/PID/stat that matter here.
     *
     * @param start clock ticks between boot and the process's start; with the pid it names a process for good
     */
    record Stat(long pid, char state, long parent, long group, long session, long start) {

        /** A zombie has ended: it runs nothing and cannot be signalled away. */
        boolean alive() {
            return state != 'Z' && state != 'X';
        }

        /** The name, in parentheses, may itself hold parentheses and blanks: fields are counted from the last one. */
        static Stat parse(long pid, String line) {
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", 21);
            return new Stat(
                    pid,
                    fields[0].charAt(0),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    Long.parseLong(fields[19]));
        }
    }

    private final boolean usable = namesUs();

    /** Whether /proc is there and counts pids as this JVM does. */
    boolean usable() {
        return usable;
    }

    private static boolean namesUs() {
        try {
            Path self = Files.readSymbolicLink(Path.of("/proc/self"));
            return self.toString().equals(Long.toString(ProcessHandle.current().pid()));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** All processes, in no order. */
    List<Long> pids() {
        String[] names = new File("/proc").list();
        return names == null
                ? List.of()
                : Stream.of(names)
                        .filter(name -> Character.isDigit(name.charAt(0)))
                        .map(Long::valueOf)
                        .toList();
    }

    /** The pid given out last, to a process or thread; empty if the kernel does not say. */
    Optional<Long> lastPid() {
        return read("/proc/loadavg")
                .map(line ->
                        Long.valueOf(line.substring(line.lastIndexOf(' ') + 1).strip()));
    }

    /** Cheaper than {@link #stat} for a pid that is probably not there. */
    boolean exists(long pid) {
        return new File("/proc/" + pid).exists();
    }

    Optional<Stat> stat(long pid) {
        return read("/proc/" + pid + "/stat").filter(line -> !line.isEmpty()).map(line -> Stat.parse(pid, line));
    }

    /**
     * Whether an entry of the environment with which the process was started begins with {@code text}. While a process
     * replaces its program its environment reads as empty, which must not be taken for an answer: waits for that, at
     * most some tenths of a second.
     */
    boolean environmentHas(long pid, String text) {
        String file = "/proc/" + pid + "/environ";
        Optional<String> entries = read(file);
        for (int i = 0; i < EXEC_CHECKS && entries.filter(String::isEmpty).isPresent() && replacesProgram(pid); i++) {
            LockSupport.parkNanos(EXEC_CHECK_NANOS);
            entries = read(file);
        }
        if (entries.filter(String::isEmpty).isPresent()) {
            entries = read(file);
        }
        return entries.filter(all -> all.startsWith(text) || all.contains("\0" + text))
                .isPresent();
    }

    /** In the middle of execve(2): memory is mapped (field 23, which tells it from a kernel thread), but no env_end (51). */
    private static boolean replacesProgram(long pid) {
        return read("/proc/" + pid + "/stat")
                .map(line -> line.substring(line.lastIndexOf(')') + 2).strip().split(" "))
                .filter(fields -> fields.length > 48 && !fields[20].equals("0") && fields[48].equals("0"))
                .isPresent();
    }

    private static Optional<String> read(String file) {
        try (FileInputStream in = new FileInputStream(file)) {
            return Optional.of(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
