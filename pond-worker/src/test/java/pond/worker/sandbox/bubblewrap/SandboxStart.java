package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.worker.checkout.Trees;
import pond.worker.sandbox.ChildEnvironment;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.OverlayMount;
import pond.worker.sandbox.bubblewrap.SandboxCommandLine.StartFiles;
import pond.worker.sandbox.bubblewrap.SandboxPolicy.Enforcement;

/**
 * Measures from start to end how long a sandboxed {@code true} takes through this room, and the very same argument list
 * started by hand; with a folder as its checkout and with an overlay; in turns, so that a noisy machine disturbs all
 * alike. Ends with 1 when one through this room takes longer than it may. Not a test; run its main by hand, with a folder on
 * the disk in question.
 */
final class SandboxStart {
    private static final int WARM_UP = 30;
    private static final int ROUNDS = 150;
    /** How fast one by hand may be against one through this room. */
    private static final double LEAST = 0.7;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> TRUE = List.of("/usr/bin/true");

    private final Path state;
    private final Bubblewrap bubblewrap;
    private final SandboxPolicy policy;
    private final SandboxHost host;
    private final Path lower;
    private int made;

    private SandboxStart(Path state, Bubblewrap bubblewrap) throws Exception {
        this.state = state;
        this.bubblewrap = bubblewrap;
        this.policy = SandboxPolicy.of(
                new SandboxSpec(SandboxProfile.UNTRUSTED_CODE_WRITE, null, null, List.of(), null),
                new Enforcement(false, true));
        // What is started by hand is made of the same things, which lie in a folder of their own.
        this.host = HostSurvey.survey(SandboxSettings.of(state.resolve("hand"), "hand"));
        this.lower = Files.createDirectory(state.resolve("lower"));
        if (bubblewrap.uid().isPresent()) {
            Files.setAttribute(lower, "unix:uid", bubblewrap.uid().get());
        }
    }

    public static void main(String[] args) throws Exception {
        Path state = Files.createTempDirectory(Path.of(args.length == 0 ? "/tmp" : args[0]), "pond-sandbox-start");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx--x--x"));
        boolean kept;
        try (Bubblewrap bubblewrap = Bubblewrap.open(SandboxSettings.of(state, "sandbox-start"))) {
            System.out.printf(
                    "a cgroup for each start: %s%n",
                    ControlGroups.find(Path.of("/proc/self")).isPresent() ? "yes, by hand without" : "no");
            kept = new SandboxStart(state, bubblewrap).measure();
        } finally {
            Trees.delete(state);
        }
        System.exit(kept ? 0 : 1);
    }

    private boolean measure() throws Exception {
        long[][] nanos = new long[4][ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            for (int which = 0; which < nanos.length; which++) {
                StageFolders folders = folders(which >= 2);
                long time = which % 2 == 0 ? byHand(folders) : byRoom(folders);
                if (round >= 0) {
                    nanos[which][round] = time;
                }
            }
        }
        Arrays.stream(nanos).forEach(Arrays::sort);
        boolean folder = report("folder", nanos[0], nanos[1]);
        boolean overlay = report("overlay", nanos[2], nanos[3]);
        System.out.printf(
                "%-8s p50 %6.2f ms more than a folder%n", "overlay", (median(nanos[3]) - median(nanos[1])) / 1e6);
        return folder && overlay;
    }

    private static boolean report(String what, long[] hand, long[] room) {
        System.out.printf(
                "%-8s by hand min %6.2f p50 %6.2f ms; by the room min %6.2f p50 %6.2f ms; ratio of p50 %.2f (at least %.2f)%n",
                what,
                hand[0] / 1e6,
                median(hand) / 1e6,
                room[0] / 1e6,
                median(room) / 1e6,
                (double) median(hand) / median(room),
                LEAST);
        return median(hand) >= LEAST * median(room);
    }

    private static long median(long[] sorted) {
        return sorted[sorted.length / 2];
    }

    private StageFolders folders(boolean overlaid) throws IOException, SandboxRefusedException {
        Path job = Files.createDirectories(state.resolve("work/" + ++made));
        CheckoutFolder checkout = overlaid
                ? new CheckoutFolder.Overlaid(
                        new OverlayMount(lower, folder(job, "upper"), folder(job, "kernel"), folder(job, "merged")))
                : new CheckoutFolder.Own(folder(job, "src"), 0);
        StageFolders folders = new StageFolders(
                checkout,
                folder(job, "out"),
                folder(job, "in"),
                folder(job, "in-by-stage"),
                folder(job, "home"),
                folder(job, "tmp"));
        return new Handover(state.toRealPath(), host.user()).give(folders);
    }

    private static Path folder(Path job, String name) throws IOException {
        return Files.createDirectory(job.resolve(name));
    }

    private long byHand(StageFolders folders) throws IOException, InterruptedException {
        StartFiles files = new StartFiles(
                state.resolve("work/" + made + "/args"), state.resolve("work/" + made + "/status"), Optional.empty());
        Files.writeString(
                files.arguments(),
                String.join("\0", SandboxCommandLine.options(policy, host, folders, Map.of())) + "\0",
                StandardCharsets.UTF_8);
        ProcessBuilder builder = new ProcessBuilder(SandboxCommandLine.launch(
                        policy, host, files, folders.checkout().overlay(), TRUE))
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().clear();
        long start = System.nanoTime();
        Process process = builder.start();
        process.getInputStream().readAllBytes();
        process.getErrorStream().readAllBytes();
        requireTrue(process.waitFor() == 0);
        return System.nanoTime() - start;
    }

    private long byRoom(StageFolders folders) throws Exception {
        Command command = new Command(TRUE, Path.of("/"), ChildEnvironment.of(JobMark.next("sandbox-start")));
        long start = System.nanoTime();
        ConfinedProcess process = bubblewrap.sandbox(policy, folders).start(command, (stream, line) -> {});
        requireTrue(process.await(PATIENCE).orElseThrow().status().equals(new ExitStatus.Exited(0)));
        return System.nanoTime() - start;
    }

    private static void requireTrue(boolean succeeded) {
        if (!succeeded) {
            throw new IllegalStateException("a sandboxed true did not end well");
        }
    }
}
