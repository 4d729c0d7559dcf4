package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.protocol.Job.BundleRef;

final class BundleCacheTest {
    @TempDir
    Path temp = Path.of("");

    private final AtomicInteger brought = new AtomicInteger();

    @Test
    void aBundleIsBroughtOnceForAllWhoWantIt() throws Exception {
        BundleCache cache = new BundleCache(temp.resolve("cache"), 1000);
        byte[] bundle = bytes(1, 100);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<byte[]>> reads = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                reads.add(threads.submit(() -> read(cache, bundle)));
            }
            for (Future<byte[]> read : reads) {
                assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(bundle);
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(brought).hasValue(1);
    }

    @Test
    void theOldestUnusedGoesWhenThereIsNoRoom() throws Exception {
        BundleCache cache = new BundleCache(temp.resolve("cache"), 250);
        read(cache, bytes(1, 100));
        read(cache, bytes(2, 100));
        read(cache, bytes(1, 100));
        read(cache, bytes(3, 100));
        assertThat(brought).hasValue(3);

        read(cache, bytes(1, 100));
        assertThat(brought).hasValue(3);
        read(cache, bytes(2, 100));
        assertThat(brought).hasValue(4);
        assertThat(files()).isEqualTo(2);
    }

    @Test
    void aBundleThatIsBeingReadStays() throws Exception {
        BundleCache cache = new BundleCache(temp.resolve("cache"), 150);
        byte[] first = bytes(1, 100);
        try (InputStream reading = cache.open(Tars.ref(first), () -> new ByteArrayInputStream(first))) {
            read(cache, bytes(2, 100));
            read(cache, first);

            assertThat(brought).hasValue(1);
            assertThat(reading.readAllBytes()).isEqualTo(first);
        }
    }

    @Test
    void oneLargerThanTheCacheCanStillBeRead() throws Exception {
        BundleCache cache = new BundleCache(temp.resolve("cache"), 10);

        assertThat(read(cache, bytes(1, 100))).hasSize(100);
        assertThat(files()).isZero();
    }

    @Test
    void bytesThatAreNotTheBundleAreNotKept() throws Exception {
        BundleCache cache = new BundleCache(temp.resolve("cache"), 1000);
        byte[] bundle = bytes(1, 100);
        BundleRef ref = Tars.ref(bundle);

        assertThatThrownBy(() -> cache.open(ref, () -> new ByteArrayInputStream(bytes(2, 100))))
                .isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> cache.open(ref, () -> {
                    throw new IOException("no connection");
                }))
                .hasMessage("no connection");
        assertThat(files()).isZero();
        assertThat(read(cache, bundle)).isEqualTo(bundle);
    }

    @Test
    void aNameThatIsNoDigestTouchesNoFile() throws Exception {
        BundleCache cache = new BundleCache(temp.resolve("cache"), 1000);

        assertThatThrownBy(() -> cache.open(new BundleRef("../evil", 0), InputStream::nullInputStream))
                .isInstanceOf(BundleException.class);
        assertThat(temp.resolve("evil")).doesNotExist();
    }

    private byte[] read(BundleCache cache, byte[] bundle) throws IOException, InterruptedException {
        try (InputStream in = cache.open(Tars.ref(bundle), () -> {
            brought.incrementAndGet();
            return new ByteArrayInputStream(bundle);
        })) {
            return in.readAllBytes();
        }
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(temp.resolve("cache"))) {
            return files.count();
        }
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
