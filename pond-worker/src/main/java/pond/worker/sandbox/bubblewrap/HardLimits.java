package pond.worker.sandbox.bubblewrap;

import java.util.List;

/**
 * The worker's own hard limits: inside, where no right is left to raise one, nothing above them can be set.
 *
 * @param processes the most processes of one user
 * @param fileSize the most bytes of a file
 * @param openFiles the most descriptors of a process
 * @param core the most bytes of a core file
 */
record HardLimits(long processes, long fileSize, long openFiles, long core) {
    private static final int HARD_COLUMN = 1;

    /** From the lines of /proc/PID/limits. What is not found there counts as no limit. */
    static HardLimits parse(List<String> lines) {
        return new HardLimits(
                find(lines, "Max processes"),
                find(lines, "Max file size"),
                find(lines, "Max open files"),
                find(lines, "Max core file size"));
    }

    private static long find(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split("\\s+", -1)[HARD_COLUMN])
                .filter(value -> !value.equals("unlimited"))
                .map(Long::valueOf)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }
}
