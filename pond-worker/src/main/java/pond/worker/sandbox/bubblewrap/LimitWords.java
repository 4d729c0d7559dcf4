package pond.worker.sandbox.bubblewrap;

import java.util.ArrayList;
import java.util.List;

/** The limits of a sandbox in words, for its receipt: with who keeps them. Pure. */
final class LimitWords {
    private LimitWords() {}

    /** @param hard whether a cgroup keeps those on memory, cores and processes */
    static List<String> of(SandboxPolicy policy, boolean hard) {
        Limits limits = policy.limits();
        List<String> words = new ArrayList<>();
        words.add("pids " + limits.pids() + (hard ? " (cgroup)" : " (rlimit)"));
        limits.memory()
                .ifPresent(bytes -> words.add("memory " + ByteSize.format(bytes)
                        + (hard ? " (cgroup)" : " (soft: looked at twice a second)")));
        limits.cpus()
                .ifPresent(cpus -> words.add("cpus " + cpus.toPlainString() + (hard ? " (cgroup)" : " (not kept)")));
        words.add("home and /tmp " + ByteSize.format(limits.temporary())
                + (policy.onDisk() ? " each (soft: on the disk)" : " each (tmpfs)"));
        if (policy.checkout() == CheckoutMount.WRITABLE) {
            words.add("checkout " + ByteSize.format(limits.written()) + " more (soft: on the disk)");
        }
        words.add("file size " + ByteSize.format(limits.fileSize()) + " (rlimit)");
        words.add("open files " + limits.openFiles() + " (rlimit)");
        return List.copyOf(words);
    }
}
