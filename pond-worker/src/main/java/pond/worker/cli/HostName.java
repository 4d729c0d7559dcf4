package pond.worker.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine's name as its kernel has it: no resolver is asked, which could take long. */
final class HostName {
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private HostName() {}

    static String find() {
        try {
            return Files.readString(KERNEL).strip();
        } catch (IOException e) {
            return "worker";
        }
    }
}
