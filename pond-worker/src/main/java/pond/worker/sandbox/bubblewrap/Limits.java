package pond.worker.sandbox.bubblewrap;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much a sandboxed stage may use.
 *
 * @param memory bytes of all its processes and of its file systems in memory together; empty: no bound
 * @param cpus cores, such as 0.5; empty: no bound
 * @param pids processes and threads
 * @param temporary bytes that HOME and /tmp may hold, each
 * @param written bytes that a stage may add to its checkout
 * @param shared bytes of /dev/shm
 * @param fileSize bytes of any one file
 * @param openFiles descriptors of any one process
 */
public record Limits(
        OptionalLong memory,
        Optional<BigDecimal> cpus,
        int pids,
        long temporary,
        long written,
        long shared,
        long fileSize,
        int openFiles) {
    private static final long MIB = 1L << 20;

    /** What a stage may use that asks for nothing else and whose HOME and /tmp lie in memory. */
    public static final Limits IN_MEMORY =
            new Limits(OptionalLong.of(4096 * MIB), Optional.empty(), 1024, 256 * MIB, 0, 64 * MIB, 8192 * MIB, 4096);

    /** The same with HOME and /tmp on the disk. */
    public static final Limits ON_DISK = new Limits(
            OptionalLong.of(4096 * MIB), Optional.empty(), 1024, 8192 * MIB, 8192 * MIB, 64 * MIB, 8192 * MIB, 4096);

    /** For code that is trusted: a bound on what happens by mistake, none on its memory. */
    public static final Limits TRUSTED = new Limits(
            OptionalLong.empty(), Optional.empty(), 4096, 16_384 * MIB, 16_384 * MIB, 512 * MIB, 65_536 * MIB, 65_536);
}
