package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FilesLockTest {
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private StateDir state;
    private FilesLock lock;

    @BeforeEach
    void open() {
        state = StateDir.forTool(folder);
        lock = new FilesLock(state);
    }

    @Test
    void oneHoldsItAtATime() throws Exception {
        FilesLock.Held held = lock.tryTake().orElseThrow();
        assertThat(lock.tryTake()).isEmpty();
        assertThatThrownBy(() -> lock.take(SHORT)).isInstanceOf(StorageRefusedException.class);
        held.close();

        lock.take(SHORT).close();
        lock.tryTake().orElseThrow().close();
    }

    @Test
    void whoWaitsGetsItWhenItIsGivenUp() throws Exception {
        FilesLock.Held held = lock.tryTake().orElseThrow();
        CompletableFuture<FilesLock.Held> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return lock.take(LONG);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(waiting).isNotDone();

        held.close();

        waiting.get(30, TimeUnit.SECONDS).close();
    }

    @Test
    void anotherProcessHoldsItUntilItDies() throws Exception {
        try (Child other = Child.start("files", folder.toString())) {
            assertThat(other.say()).isEqualTo("held");
            assertThat(lock.tryTake()).isEmpty();
            assertThatThrownBy(() -> lock.take(SHORT))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("is held by another backup");
        }
        lock.take(LONG).close();
    }
}
