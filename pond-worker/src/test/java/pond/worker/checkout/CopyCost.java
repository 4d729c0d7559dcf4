package pond.worker.checkout;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import pond.common.protocol.Job.BundleRef;
import pond.worker.sandbox.BareSandbox;
import pond.worker.sandbox.HostCommand;
import pond.worker.sandbox.OverlayMount;

/**
 * Measures what it costs to give a stage a checkout of 20,000 files to change: taken from the bundle, copied by hand, by
 * this room, and as an overlay, the start of a sandbox that uses it included; in turns, so that a noisy machine disturbs
 * all alike. As root what is extracted belongs to another user. Not a test; run its main by hand, with a folder on the
 * disk in question.
 */
final class CopyCost {
    private static final int FILES = 20_000;
    private static final int ROUNDS = 3;
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final BundleExtractor.Limits LIMITS = new BundleExtractor.Limits(100_000, 1L << 32);

    private final Optional<Owner> owner =
            System.getProperty("user.name").equals("root") ? Optional.of(new Owner(64_000, 64_000)) : Optional.empty();
    private final Path folder;
    private final Path tar;
    private final BundleRef bundle;
    private final HostCommand host = new HostCommand(new BareSandbox(), "copy-cost");
    private final Map<String, long[]> nanos = new TreeMap<>();

    private CopyCost(Path folder) throws IOException {
        this.folder = folder;
        this.tar = folder.resolve("bundle.tar");
        this.bundle = writeBundle(tar);
    }

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(args.length == 0 ? "/tmp" : args[0]), "pond-copy-cost");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        try {
            new CopyCost(folder).measure();
        } finally {
            Trees.delete(folder);
        }
    }

    private void measure() throws Exception {
        Copies best = new Copies(host, folder.resolve("probe"), owner);
        Copies copying = new Copies(host, folder.resolve("a,b"), owner);
        System.out.printf("here: %s; without that: %s%n", best.method(), copying.method());
        Path tree = folder.resolve("lower");
        extract(tree);
        for (int round = 0; round < ROUNDS; round++) {
            int turn = round;
            time("1 extract the tar", turn, this::extract);
            time("2 cp -a by hand", turn, into -> byHand(List.of("cp", "-a", tree.toString(), into.toString())));
            time("3 this room's copy", turn, into -> copying.make(tree, into, LONG, () -> false));
            time(
                    "4 cp -a --reflink=always",
                    turn,
                    into -> byHand(List.of("cp", "-a", "--reflink=always", tree.toString(), into.toString())));
            time("5 this room's best", turn, into -> best.make(tree, into, LONG, () -> false));
            time("6 look at its disk use", turn, into -> DiskUse.of(tree, LONG, System::nanoTime));
            time("7 overlay and sandbox, from start to end", turn, this::overlaid);
            time("8 the same without the overlay", turn, into -> byHand(asOwner(sandbox(tree))));
        }
        nanos.forEach((what, times) -> {
            Arrays.sort(times);
            System.out.printf(
                    "%-42s min %8.1f  median %8.1f  max %8.1f ms%n",
                    what, times[0] / 1e6, times[ROUNDS / 2] / 1e6, times[ROUNDS - 1] / 1e6);
        });
    }

    private void overlaid(Path into) throws IOException, InterruptedException {
        OverlayMount mount = OverlayFolders.make(folder.resolve("lower"), into, owner);
        byHand(asOwner(mount.wrap(sandbox(mount.merged()))));
    }

    private List<String> asOwner(List<String> argv) {
        return owner.map(user -> user.running(argv)).orElse(argv);
    }

    private static List<String> sandbox(Path checkout) {
        return List.of(
                "/usr/bin/bwrap",
                "--unshare-all",
                "--unshare-user",
                "--disable-userns",
                "--uid",
                "1",
                "--gid",
                "1",
                "--cap-drop",
                "ALL",
                "--ro-bind",
                "/",
                "/",
                "--proc",
                "/proc",
                "--dev",
                "/dev",
                "--tmpfs",
                "/tmp",
                "--bind",
                checkout.toString(),
                "/mnt",
                "--chdir",
                "/mnt",
                "--",
                "/usr/bin/true");
    }

    private interface Work {
        void into(Path folder) throws Exception;
    }

    private void time(String what, int round, Work work) throws Exception {
        Path into = folder.resolve("into");
        long start = System.nanoTime();
        try {
            work.into(into);
        } catch (IOException e) {
            if (round == 0) {
                System.out.println(what + ": does not work here: " + e.getMessage());
            }
            return;
        } finally {
            long time = System.nanoTime() - start;
            nanos.computeIfAbsent(what, key -> new long[ROUNDS])[round] = time;
            System.out.printf("round %d: %-42s %8.1f ms%n", round + 1, what, time / 1e6);
            Trees.delete(into);
        }
    }

    private void extract(Path into) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tar), 1 << 16)) {
            BundleExtractor.extract(in, bundle, into, LIMITS, owner);
        }
    }

    private static void byHand(List<String> argv) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(argv)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("exit code " + process.exitValue());
        }
    }

    /** 100 folders of 200 files with 8 KiB on average, as source trees have them. */
    private static BundleRef writeBundle(Path tar) throws IOException {
        Random random = new Random(1);
        try (OutputStream out = Files.newOutputStream(tar);
                TarArchiveOutputStream entries = new TarArchiveOutputStream(out, UTF_8.name())) {
            for (int i = 0; i < FILES; i++) {
                byte[] content = new byte[random.nextInt(16 * 1024)];
                random.nextBytes(content);
                TarArchiveEntry entry = new TarArchiveEntry("src/folder%02d/file%05d".formatted(i % 100, i));
                entry.setSize(content.length);
                entries.putArchiveEntry(entry);
                entries.write(content);
                entries.closeArchiveEntry();
            }
        }
        MessageDigest digest = Sha256.start();
        try (InputStream in = Files.newInputStream(tar)) {
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return new BundleRef(Sha256.hex(digest), Files.size(tar));
    }
}
