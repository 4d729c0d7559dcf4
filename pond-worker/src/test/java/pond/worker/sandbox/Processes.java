package pond.worker.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the tests see of the machine's processes, found by other code than the one under test. */
final class Processes {
    private Processes() {}

    /** Pids of processes whose environment contains the text. A zombie's environment is empty. */
    static List<Long> withEnvironment(String text) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> read(pid, "environ").contains(text))
                .toList();
    }

    /** Whether the process is there and no zombie. */
    static boolean alive(long pid) {
        return read(pid, "status").lines().anyMatch(line -> line.startsWith("State:") && !line.contains("Z ("));
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc/" + pid, file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
