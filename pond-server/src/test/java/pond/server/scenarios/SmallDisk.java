package pond.server.scenarios;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A file system of its own in memory, small enough to be filled. */
final class SmallDisk implements AutoCloseable {
    private static final long SECONDS = 20;

    private final Path root;

    private SmallDisk(Path root) {
        this.root = root;
    }

    /** Mounts one at this folder; where that is not allowed, the test is skipped and says so. */
    static SmallDisk mount(Path root, int mebibytes) throws IOException {
        Files.createDirectories(root);
        String size = "size=" + mebibytes + "m";
        boolean mounted = run(List.of("mount", "-t", "tmpfs", "-o", size, "pond-test", root.toString()));
        assumeTrue(mounted, "a file system cannot be mounted here: nothing is shown about a full disk");
        return new SmallDisk(root);
    }

    Path root() {
        return root;
    }

    long free() {
        return root.toFile().getUsableSpace();
    }

    /** Takes all room but so much, to the last byte if so little is wanted. */
    void leave(long bytes) throws IOException {
        byte[] block = new byte[64 << 10];
        try (OutputStream out = Files.newOutputStream(root.resolve("ballast"))) {
            for (long take = free() - bytes; take > 0; take -= block.length) {
                out.write(block, 0, (int) Math.min(block.length, take));
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw e;
            }
        }
    }

    /** Gives back what was taken. */
    void makeRoom() throws IOException {
        Files.deleteIfExists(root.resolve("ballast"));
    }

    /** Lets go of it at once, or as soon as nobody has a file in it open. */
    @Override
    public void close() {
        run(List.of("umount", "-l", root.toString()));
    }

    private static boolean run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
