package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.server.db.Databases.failure;
import static pond.server.db.Databases.get;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseWriteTest {
    @TempDir
    Path folder;

    private Databases it;

    @BeforeEach
    void open() {
        it = new Databases(folder);
    }

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    void whatQueuesUpIsCommittedTogether() throws Exception {
        AtomicInteger commits = it.countCommits();
        CountDownLatch release = it.hold();
        List<CompletableFuture<Integer>> writes =
                IntStream.range(0, 100).mapToObj(i -> it.insert("note " + i)).toList();

        release.countDown();
        for (CompletableFuture<Integer> write : writes) {
            assertThat(get(write)).isEqualTo(1);
        }

        assertThat(it.texts()).hasSize(100);
        // One for the work that held the writer, one for all the others.
        assertThat(commits).hasValue(2);
    }

    @Test
    void aLongQueueTakesSeveralCommits() throws Exception {
        AtomicInteger commits = it.countCommits();
        CountDownLatch release = it.hold();
        List<CompletableFuture<Integer>> writes =
                IntStream.range(0, 600).mapToObj(i -> it.insert("note " + i)).toList();

        release.countDown();
        for (CompletableFuture<Integer> write : writes) {
            get(write);
        }

        assertThat(commits).hasValue(4);
    }

    @Test
    void aFailingWriteIsUndoneAloneWithItsOwnException() throws Exception {
        CountDownLatch release = it.hold();
        CompletableFuture<Integer> before = it.insert("before");
        CompletableFuture<Integer> fails = it.db.write(tx -> {
            Databases.insert(tx, "half done");
            throw new IllegalArgumentException("changed my mind");
        });
        CompletableFuture<Integer> twice = it.insert("before");
        CompletableFuture<Integer> after = it.insert("after");
        release.countDown();

        assertThat(get(before)).isEqualTo(1);
        assertThat(failure(fails)).isInstanceOf(IllegalArgumentException.class).hasMessage("changed my mind");
        assertThat(failure(twice)).isInstanceOf(SQLException.class).hasMessageContaining("UNIQUE");
        assertThat(get(after)).isEqualTo(1);
        assertThat(it.texts()).containsExactly("before", "after");
    }

    @Test
    void errorsAndInterruptsOfAWorkDoNotStopTheWriter() throws Exception {
        CompletableFuture<Integer> error = it.db.write(tx -> {
            throw new StackOverflowError("deep");
        });
        CompletableFuture<Integer> interrupts = it.db.write(tx -> {
            Thread.currentThread().interrupt();
            return Databases.insert(tx, "interrupted");
        });
        CompletableFuture<Boolean> next =
                it.db.write(tx -> Thread.currentThread().isInterrupted());

        assertThat(failure(error)).isInstanceOf(StackOverflowError.class);
        assertThat(get(interrupts)).isEqualTo(1);
        assertThat(get(next)).isFalse();
        assertThat(it.texts()).containsExactly("interrupted");
    }

    @Test
    void aTransactionThatSqliteGivesUpFailsTheWholeBatch() throws Exception {
        get(it.insert("taken"));
        CountDownLatch release = it.hold();
        CompletableFuture<Integer> before = it.insert("before");
        CompletableFuture<Integer> culprit = it.db.write(tx -> {
            tx.statement("INSERT OR ROLLBACK INTO notes (text) VALUES ('taken')")
                    .executeUpdate();
            return 1;
        });
        CompletableFuture<Integer> after = it.insert("after");
        release.countDown();

        assertThat(failure(before)).isInstanceOf(DatabaseException.class);
        assertThat(failure(culprit)).isInstanceOf(SQLException.class);
        assertThat(failure(after)).isInstanceOf(DatabaseException.class);
        assertThat(it.texts()).containsExactly("taken");
        assertThat(get(it.insert("works again"))).isEqualTo(1);
    }

    @Test
    void aFullDiskNeverLeavesAnAcknowledgedWriteUnstored() throws Exception {
        String pages = get(it.db.write(tx -> Databases.pragma(tx, "page_count")));
        get(it.db.write(tx -> Databases.pragma(tx, "max_page_count = " + (Integer.parseInt(pages) + 20))));
        CountDownLatch release = it.hold();
        List<CompletableFuture<String>> writes = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String text = "note " + i + " ".repeat(i % 4 == 3 ? 500_000 : 10);
            writes.add(it.insert(text).thenApply(rows -> text));
        }
        release.countDown();

        List<String> acknowledged = new ArrayList<>();
        for (CompletableFuture<String> write : writes) {
            write.handle((text, e) -> e == null && acknowledged.add(text)).get();
        }
        assertThat(acknowledged).hasSizeLessThan(12);
        assertThat(it.texts()).containsExactlyInAnyOrderElementsOf(acknowledged);
        assertThat(get(it.insert("small"))).isEqualTo(1);
    }

    /** No kill of a process shows whether a commit was on the disk or only on its way; a power failure would. */
    @Test
    void aCommitWaitsForTheDisk() throws Exception {
        String synchronous = get(it.db.write(tx -> Databases.pragma(tx, "synchronous")));
        String journal = get(it.db.write(tx -> Databases.pragma(tx, "journal_mode")));

        assertThat(synchronous).as("2 is FULL").isEqualTo("2");
        assertThat(journal).isEqualTo("wal");
    }

    @Test
    void aCommitThatFailsFailsEveryWriteOfItsBatch() throws Exception {
        AtomicBoolean hookRan = new AtomicBoolean();
        CountDownLatch release = it.hold();
        CompletableFuture<Integer> innocent = it.insert("innocent");
        CompletableFuture<Integer> deferred = it.db.write(tx -> {
            tx.statement("INSERT INTO replies (note) VALUES (4711)").executeUpdate();
            tx.afterCommit(() -> hookRan.set(true));
            return 1;
        });
        release.countDown();

        assertThat(failure(innocent)).isInstanceOf(DatabaseException.class);
        assertThat(failure(deferred)).isInstanceOf(DatabaseException.class);
        assertThat(get(it.insert("next"))).isEqualTo(1);
        assertThat(it.texts()).containsExactly("next");
        assertThat(hookRan).isFalse();
    }

    @Test
    void hooksRunOnTheWriterAfterTheCommitInOrderAndBeforeTheFutures() throws Exception {
        List<String> events = new ArrayList<>();
        List<String> threads = new ArrayList<>();
        CountDownLatch release = it.hold();
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String name = "w" + i;
            writes.add(it.db.write(tx -> {
                        Databases.insert(tx, name);
                        tx.afterCommit(() ->
                                events.add(name + " first, sees " + it.texts().size()));
                        tx.afterCommit(() -> threads.add(Thread.currentThread().getName()));
                        tx.afterCommit(() -> events.add(name + " second"));
                        return name;
                    })
                    .thenAccept(events::add));
        }
        release.countDown();
        for (CompletableFuture<Void> write : writes) {
            get(write);
        }

        assertThat(events)
                .containsExactly(
                        "w0 first, sees 3",
                        "w0 second",
                        "w1 first, sees 3",
                        "w1 second",
                        "w2 first, sees 3",
                        "w2 second",
                        "w0",
                        "w1",
                        "w2");
        assertThat(threads).containsOnly("pond-db-test-writer");
    }

    @Test
    void hooksOfAFailedWriteAreDroppedAndAFailingHookHurtsNoOther() throws Exception {
        List<String> events = new ArrayList<>();
        CountDownLatch release = it.hold();
        CompletableFuture<Integer> fails = it.db.write(tx -> {
            tx.afterCommit(() -> events.add("dropped"));
            throw new IllegalStateException("no");
        });
        CompletableFuture<Integer> throwing = it.db.write(tx -> {
            tx.afterCommit(() -> {
                throw new AssertionError("thrown on purpose by a hook");
            });
            tx.afterCommit(() -> events.add("same write"));
            return 1;
        });
        CompletableFuture<Integer> last = it.db.write(tx -> {
            tx.afterCommit(() -> events.add("next write"));
            return 2;
        });
        release.countDown();

        assertThat(failure(fails)).isInstanceOf(IllegalStateException.class);
        assertThat(get(throwing)).isEqualTo(1);
        assertThat(get(last)).isEqualTo(2);
        assertThat(events).containsExactly("same write", "next write");
    }

    @Test
    void writingFromWithinAWriteIsRefusedButAHookMayWrite() throws Exception {
        CompletableFuture<CompletableFuture<Integer>> inner = new CompletableFuture<>();
        CompletableFuture<Integer> outer = it.db.write(tx -> {
            tx.afterCommit(() -> inner.complete(it.insert("from a hook")));
            assertThatThrownBy(() -> it.insert("nested"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("afterCommit");
            assertThatThrownBy(it::texts).isInstanceOf(IllegalStateException.class);
            return 1;
        });

        assertThat(get(outer)).isEqualTo(1);
        assertThat(get(get(inner))).isEqualTo(1);
        assertThat(it.texts()).containsExactly("from a hook");
    }

    @Test
    void futuresCompleteOnTheExecutorNeverOnTheWriter() throws Exception {
        CountDownLatch release = it.hold();
        CompletableFuture<String> completedBy =
                it.insert("x").thenApply(rows -> Thread.currentThread().getName());
        release.countDown();

        assertThat(get(completedBy)).isEqualTo("completions");
    }

    @Test
    void workNobodyWaitsForAnyMoreIsNotRun() throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        CountDownLatch release = it.hold();
        CompletableFuture<Boolean> cancelled = it.db.write(tx -> ran.getAndSet(true));
        cancelled.cancel(true);
        release.countDown();
        get(it.insert("later"));

        assertThat(ran).isFalse();
    }

    @Test
    void aTransactionIsVoidAfterItsWork() throws Exception {
        Tx kept = get(it.db.write(tx -> tx));
        assertThatThrownBy(kept::handle).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.afterCommit(() -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.statement("SELECT 1")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aJdbiTransactionInsideJoinsOurs() throws Exception {
        CompletableFuture<Integer> fails = it.db.write(tx -> {
            tx.handle().useTransaction(inner -> inner.execute("INSERT INTO notes (text) VALUES ('inner')"));
            throw new IllegalStateException("after the inner one");
        });

        assertThat(failure(fails)).isInstanceOf(IllegalStateException.class);
        assertThat(get(it.insert("works"))).isEqualTo(1);
        assertThat(it.texts()).containsExactly("works");
    }

    @Test
    void whatComesLastSeesAllOfItsWorkAndIsPartOfIt() throws Exception {
        CompletableFuture<Integer> write = it.db.write(tx -> {
            tx.lastly(() -> tx.update("INSERT INTO notes (text) SELECT 'last of ' || count(*) FROM notes"));
            return Databases.insert(tx, "first");
        });
        CompletableFuture<Integer> fails = it.db.write(tx -> {
            Databases.insert(tx, "never");
            tx.lastly(() -> {
                throw new IllegalArgumentException("not so");
            });
            return 1;
        });

        assertThat(get(write)).isEqualTo(1);
        assertThat(failure(fails)).isInstanceOf(IllegalArgumentException.class);
        assertThat(it.texts()).containsExactly("first", "last of 1");
    }

    @Test
    void oneOfTwoHooksRunsByWhatBecameOfTheWork() throws Exception {
        List<String> ran = new ArrayList<>();
        CompletableFuture<Integer> stands = it.db.write(tx -> {
            tx.afterCommit(() -> ran.add("stands"));
            tx.ifUndone(() -> ran.add("never"));
            return 1;
        });
        CompletableFuture<Integer> fails = it.db.write(tx -> {
            tx.afterCommit(() -> ran.add("never"));
            tx.ifUndone(() -> ran.add("undone"));
            throw new IllegalArgumentException("changed my mind");
        });

        assertThat(get(stands)).isEqualTo(1);
        assertThat(failure(fails)).isInstanceOf(IllegalArgumentException.class);
        assertThat(ran).containsExactly("stands", "undone");
    }
}
