package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cgroup of one sandbox, version 2: the kernel keeps its bounds on memory, cores and processes. */
final class ControlGroup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlGroup.class);
    private static final long PERIOD_MICROS = 100_000;

    private final Path folder;

    private ControlGroup(Path folder) {
        this.folder = folder;
    }

    /** Makes it; a bound that the kernel does not take is an error, and the group is gone again then. */
    static ControlGroup make(Path folder, Limits limits) throws IOException {
        Files.createDirectory(folder);
        ControlGroup group = new ControlGroup(folder);
        try {
            group.write("pids.max", Integer.toString(limits.pids()));
            if (limits.memory().isPresent()) {
                group.write("memory.max", Long.toString(limits.memory().getAsLong()));
                // Otherwise a stage over its bound swaps and slows down the whole machine.
                group.writeIfThere("memory.swap.max", "0");
                group.writeIfThere("memory.oom.group", "1");
            }
            Optional<BigDecimal> cpus = limits.cpus();
            if (cpus.isPresent()) {
                long quota =
                        cpus.get().multiply(BigDecimal.valueOf(PERIOD_MICROS)).longValue();
                group.write("cpu.max", Math.max(1_000, quota) + " " + PERIOD_MICROS);
            }
            return group;
        } catch (IOException e) {
            group.close();
            throw e;
        }
    }

    /** Whoever writes 0 there moves in, with all that it starts from then on. */
    Path processes() {
        return folder.resolve("cgroup.procs");
    }

    private void write(String file, String value) throws IOException {
        Files.writeString(folder.resolve(file), value);
    }

    private void writeIfThere(String file, String value) throws IOException {
        if (Files.exists(folder.resolve(file))) {
            write(file, value);
        }
    }

    /** Ends what is left in it. A group that still has a dying process stays behind, empty and harmless. */
    @Override
    public void close() {
        try {
            writeIfThere("cgroup.kill", "1");
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.debug("a cgroup stays until the worker's next start: {}", e.toString());
        }
    }
}
