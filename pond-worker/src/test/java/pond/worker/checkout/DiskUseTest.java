package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskUseTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path temp = Path.of("");

    @Test
    void filesCountInBlocksAndFoldersCountToo() throws IOException {
        Files.createDirectories(temp.resolve("a/b"));
        Files.writeString(temp.resolve("a/b/small"), "x");
        Files.write(temp.resolve("a/larger"), new byte[5000]);
        Files.createFile(temp.resolve("empty"));

        DiskUse use = DiskUse.of(temp, LONG, System::nanoTime);

        assertThat(use.entries()).isEqualTo(5);
        assertThat(use.complete()).isTrue();
        long folders = Files.size(temp.resolve("a")) + Files.size(temp.resolve("a/b"));
        assertThat(use.bytes()).isBetween(4096L + 8192, 4096L + 8192 + folders + 8192);
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        Files.write(temp.resolve("outside"), new byte[1 << 20]);
        Path folder = Files.createDirectory(temp.resolve("folder"));
        Files.createSymbolicLink(folder.resolve("file"), temp.resolve("outside"));
        Files.createSymbolicLink(folder.resolve("loop"), folder);

        DiskUse use = DiskUse.of(folder, LONG, System::nanoTime);

        assertThat(use.entries()).isEqualTo(2);
        assertThat(use.bytes()).isLessThan(100_000);
        assertThatThrownBy(() -> DiskUse.of(folder.resolve("loop"), LONG, System::nanoTime))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aLargeFileWithSeveralNamesCountsOnceAndOneWithHolesInFull() throws IOException {
        Files.write(temp.resolve("first"), new byte[1 << 20]);
        Files.createLink(temp.resolve("second"), temp.resolve("first"));
        assertThat(DiskUse.of(temp, LONG, System::nanoTime).bytes()).isEqualTo(1 << 20);

        try (RandomAccessFile sparse =
                new RandomAccessFile(temp.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }
        assertThat(DiskUse.of(temp, LONG, System::nanoTime).bytes()).isEqualTo((1L << 40) + (1 << 20));
    }

    @Test
    void aTreeThatIsTooDeepIsNotAllSeen() throws IOException {
        Files.createDirectories(temp.resolve("d/".repeat(200)));

        DiskUse use = DiskUse.of(temp, LONG, System::nanoTime);

        assertThat(use.complete()).isFalse();
        assertThat(use.entries()).isEqualTo(128);
    }

    @Test
    void itEndsWhenThereIsNoMoreTime() throws IOException {
        for (int i = 0; i < 100; i++) {
            Files.createFile(temp.resolve("file" + i));
        }
        AtomicLong clock = new AtomicLong();

        DiskUse use = DiskUse.of(temp, Duration.ofNanos(10), clock::incrementAndGet);

        assertThat(use.complete()).isFalse();
        assertThat(use.entries()).isLessThan(20);
    }
}
