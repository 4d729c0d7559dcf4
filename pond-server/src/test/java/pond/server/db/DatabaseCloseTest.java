package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.server.db.Databases.failure;
import static pond.server.db.Databases.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseCloseTest {
    @TempDir
    Path folder;

    @Test
    void aFullQueueRefusesAtOnceAndShowsInTheLoad() throws Exception {
        try (Databases it = new Databases(Databases.config(folder, 3, Duration.ofSeconds(5)))) {
            Awaitility.await().until(() -> it.db.load().depth() == 0);
            assertThat(it.db.load().oldest()).isZero();

            CountDownLatch release = it.hold();
            List<CompletableFuture<Integer>> fitting =
                    IntStream.range(0, 3).mapToObj(i -> it.insert("note " + i)).toList();
            CompletableFuture<Integer> tooMuch = it.insert("one too many");

            assertThat(tooMuch).isCompletedExceptionally();
            assertThat(failure(tooMuch)).isInstanceOf(DatabaseBusyException.class);
            assertThat(it.db.load().depth()).isEqualTo(4);
            assertThat(it.db.load().oldest()).isPositive();

            release.countDown();
            for (CompletableFuture<Integer> write : fitting) {
                get(write);
            }
            assertThat(get(it.insert("room again"))).isEqualTo(1);
            assertThat(it.texts()).doesNotContain("one too many").hasSize(4);
        }
    }

    @Test
    void closingLetsQueuedWritesFinishAndRefusesNewOnes() throws Exception {
        Databases it = new Databases(folder);
        CountDownLatch release = it.hold();
        List<CompletableFuture<Integer>> queued =
                IntStream.range(0, 500).mapToObj(i -> it.insert("note " + i)).toList();

        Thread closer = new Thread(it.db::close, "closer");
        closer.start();
        Awaitility.await().until(() -> it.insert("late").isCompletedExceptionally());
        release.countDown();
        closer.join(30_000);
        it.db.close();

        for (CompletableFuture<Integer> write : queued) {
            assertThat(get(write)).isEqualTo(1);
        }
        assertThat(failure(it.insert("too late"))).isInstanceOf(DatabaseBusyException.class);
        assertThatThrownBy(it::texts).isInstanceOf(DatabaseBusyException.class);
        it.close();
        assertThat(folder.resolve("test.db-wal")).doesNotExist();
        try (Databases again = new Databases(folder)) {
            assertThat(again.texts()).hasSizeGreaterThanOrEqualTo(500);
        }
    }

    @Test
    void closingDoesNotWaitForeverForAnEndlessStatement() throws Exception {
        Databases it = new Databases(Databases.config(folder, 10, Duration.ofMillis(50)));
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Integer> endless = it.db.write(tx -> {
            begun.countDown();
            return endlessQuery(tx);
        });
        begun.await();
        CompletableFuture<Integer> behind = it.insert("behind");

        it.db.close();

        assertThat(failure(endless)).hasStackTraceContaining("SQLITE_INTERRUPT");
        assertThat(failure(behind)).isInstanceOf(DatabaseBusyException.class);
        it.close();
    }

    @Test
    void closingDoesNotWaitForeverForAnEndlessRead() throws Exception {
        Databases it = new Databases(folder);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Integer> endless = CompletableFuture.supplyAsync(() -> it.db.read(tx -> {
            begun.countDown();
            return endlessQuery(tx);
        }));
        begun.await();

        it.close();

        assertThat(failure(endless)).hasStackTraceContaining("SQLITE_INTERRUPT");
    }

    @Test
    void closingCompletesFuturesEvenWhenTheirExecutorIsGone() throws Exception {
        Databases it = new Databases(folder);
        it.completions.shutdownNow();
        assertThat(get(it.insert("x"))).isEqualTo(1);
        it.close();
    }

    private static int endlessQuery(Tx tx) {
        return tx.handle()
                .createQuery("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
                .mapTo(Integer.class)
                .one();
    }
}
