package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.protocol.Job.BundleRef;
import pond.worker.checkout.Checkouts.Pin;

final class CheckoutsTest {
    /** What one of the small trees here counts as. */
    private static final long ONE_TREE = bundle("a").length + 4096L;

    @TempDir
    Path temp = Path.of("");

    private final AtomicInteger opened = new AtomicInteger();

    @Test
    void oneTreeIsMadeForAllWhoWantIt() throws Exception {
        Checkouts checkouts = checkouts(1 << 20);
        byte[] bundle = bundle("a");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Path> trees = new ArrayList<>();
        try {
            List<Future<Pin>> pins = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                pins.add(threads.submit(() -> pin(checkouts, bundle)));
            }
            for (Future<Pin> pin : pins) {
                trees.add(pin.get(30, TimeUnit.SECONDS).tree());
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(opened).hasValue(1);
        assertThat(trees.stream().distinct()).hasSize(1);
        assertThat(trees.get(0).resolve("src/file")).hasContent("a");
        assertThat(folders()).isEqualTo(1);
    }

    @Test
    void theOldestThatNobodyHoldsGoesWhenThereIsNoRoom() throws Exception {
        Checkouts checkouts = checkouts(ONE_TREE);
        Pin first = pin(checkouts, bundle("a"));
        Pin second = pin(checkouts, bundle("b"));
        assertThat(folders()).isEqualTo(2);

        second.close();
        assertThat(second.tree()).doesNotExist();
        assertThat(first.tree().resolve("src/file")).hasContent("a");

        first.close();
        first.close();
        assertThat(first.tree()).exists();
        try (Pin third = pin(checkouts, bundle("c"))) {
            assertThat(third.tree()).exists();
            assertThat(first.tree()).doesNotExist();
        }
        assertThat(folders()).isEqualTo(1);
    }

    @Test
    void aTreeThatWentIsMadeAgain() throws Exception {
        Checkouts checkouts = checkouts(0);
        Pin pin = pin(checkouts, bundle("a"));
        pin.close();
        assertThat(folders()).isZero();

        try (Pin again = pin(checkouts, bundle("a"))) {
            assertThat(again.tree().resolve("src/file")).hasContent("a");
            assertThat(opened).hasValue(2);
        }
    }

    @Test
    void aBundleThatIsRefusedLeavesNothing() throws Exception {
        Checkouts checkouts = checkouts(1 << 20);
        byte[] bundle = bundle("a");
        BundleRef ref = Tars.ref(bundle);

        assertThatThrownBy(() -> checkouts.pin(ref, () -> new ByteArrayInputStream(bundle("b"))))
                .isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> checkouts.pin(ref, () -> {
                    throw new IOException("no connection");
                }))
                .hasMessage("no connection");
        assertThatThrownBy(() -> checkouts.pin(new BundleRef("../evil", 0), InputStream::nullInputStream))
                .isInstanceOf(BundleException.class);

        assertThat(folders()).isZero();
        assertThat(temp.resolve("evil")).doesNotExist();
        try (Pin pin = pin(checkouts, bundle)) {
            assertThat(pin.tree().resolve("src/file")).hasContent("a");
        }
    }

    @Test
    void whatACrashLeftIsRemovedAtTheStart() throws Exception {
        Files.createDirectories(temp.resolve("checkouts/0123-1.partial/deep"));
        Pin before = pin(checkouts(1 << 20), bundle("a"));

        checkouts(1 << 20);

        assertThat(before.tree()).doesNotExist();
        assertThat(folders()).isZero();
    }

    @Test
    void allOfItBelongsToTheOwnerAndKeepsItsModes() throws Exception {
        assumeThat(System.getProperty("user.name"))
                .as("only root gives files away")
                .isEqualTo("root");
        Checkouts checkouts =
                new Checkouts(temp.resolve("checkouts"), 1 << 20, Tars.LIMITS, Optional.of(new Owner(64000, 64001)));
        byte[] bundle = new Tars()
                .folder("empty")
                .executable("deep/down/run", "x")
                .file("plain", "x")
                .link("link", "plain")
                .toBytes();

        try (Pin pin = pin(checkouts, bundle)) {
            List<Path> all;
            try (Stream<Path> walk = Files.walk(pin.tree())) {
                all = walk.toList();
            }
            assertThat(all).hasSize(7).allSatisfy(path -> {
                assertThat(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                        .isEqualTo(64000);
                assertThat(Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS))
                        .isEqualTo(64001);
            });
            assertThat(mode(pin.tree().resolve("deep/down/run"))).isEqualTo("rwxr-xr-x");
            assertThat(mode(pin.tree().resolve("plain"))).isEqualTo("rw-r--r--");
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private Checkouts checkouts(long maxBytes) throws IOException {
        return new Checkouts(temp.resolve("checkouts"), maxBytes, Tars.LIMITS, Optional.empty());
    }

    private Pin pin(Checkouts checkouts, byte[] bundle) throws IOException, InterruptedException {
        return checkouts.pin(Tars.ref(bundle), () -> {
            opened.incrementAndGet();
            return new ByteArrayInputStream(bundle);
        });
    }

    private static byte[] bundle(String content) {
        return new Tars().file("src/file", content).toBytes();
    }

    private long folders() throws IOException {
        try (Stream<Path> files = Files.list(temp.resolve("checkouts"))) {
            return files.count();
        }
    }
}
